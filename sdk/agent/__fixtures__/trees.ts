import fc from 'fast-check'
import { Observable } from 'rxjs'
import type { Stage } from './scripts.js'
import { agentTool } from '../agent-tool.js'
import { createAgent } from '../create-agent.js'
import { defineTool } from '../define-tool.js'
import type { Agent, AnyTool, ModelEndpoint, ModelEvent } from '../../contracts.js'
import { SampanError } from '../../errors.js'

/** An agent of a tree: what each of its answers calls. */
export interface Tree { readonly answers: readonly (readonly Branch[])[] }
/** A tool with an effect, or another agent. */
export type Branch =
  | { readonly type: 'effect'; readonly approval: 'allow' | 'ask'; readonly isSlow: boolean }
  | { readonly type: 'agent'; readonly approval: 'allow' | 'ask'; readonly tree: Tree }

/** Any tree, as deep as told. */
export function anyTree(depth: number): fc.Arbitrary<Tree> {
  const approval = fc.constantFrom('allow' as const, 'ask' as const)
  const effect: fc.Arbitrary<Branch> = fc.record({ type: fc.constant('effect' as const), approval, isSlow: fc.boolean() })
  const branch = depth ? fc.oneof(effect, fc.record({ type: fc.constant('agent' as const), approval, tree: anyTree(depth - 1) }) as fc.Arbitrary<Branch>) : effect
  return fc.record({ answers: fc.array(fc.array(branch, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }) })
}

/** The effects a tree has, each under its place in it. */
export function effectsOf({ answers }: Tree, path = 'root'): string[] {
  return answers.flatMap((branches, step) =>
    branches.flatMap((branch, index) => {
      const place = path + '.' + step + '-' + index
      return branch.type === 'effect' ? [place] : effectsOf(branch.tree, place)
    }),
  )
}

/** Agents and their tools as a tree tells, with models whose answers stay in logs and come event by event. */
export function agentOf(tree: Tree, stage: Stage, logs: Map<string, ModelEvent[]>, effect: (place: string) => void, path = 'root'): Agent {
  const tools = tree.answers.flatMap((branches, step) =>
    branches.map<AnyTool>((branch, index) => {
      const place = path + '.' + step + '-' + index
      const name = 'tool-' + step + '-' + index
      if (branch.type === 'agent') return agentTool({ agent: agentOf(branch.tree, stage, logs, effect, place), name, description: '', approval: branch.approval })
      const execute = () => (effect(place), branch.isSlow ? stage.later('slow') : 'quick')
      return defineTool({ name, description: '', approval: branch.approval, replay: 'never', timeoutMs: Infinity, execute })
    }),
  )
  return createAgent({ name: path, model: loggedModel(tree, stage, logs, path), tools })
}

/** It knows by the conversation how far that is, and numbers its calls from 0 in each answer. */
function loggedModel({ answers }: Tree, stage: Stage, logs: Map<string, ModelEvent[]>, path: string): ModelEndpoint {
  const answerTo = (step: number): ModelEvent[] => {
    const branches = answers[step]
    if (!branches) return [{ type: 'text-delta', delta: path + ' is done' }, { type: 'finish', reason: 'stop' }]
    const calls = branches.flatMap<ModelEvent>((branch, index) => [
      { type: 'tool-call-start', toolCallId: 'call_' + index, toolCallName: 'tool-' + step + '-' + index },
      { type: 'tool-call-delta', toolCallId: 'call_' + index, delta: branch.type === 'agent' ? '{"request":"go"}' : '{}' },
    ])
    return calls.concat({ type: 'finish', reason: 'tool-calls' })
  }
  const model: ModelEndpoint = Object.assign(
    ({ messages, logId = '', joins }: Parameters<ModelEndpoint>[0]) =>
      new Observable<ModelEvent>(subscriber => {
        if (joins && !logs.has(logId)) return subscriber.next({ type: 'error', error: new SampanError('transport/truncated', 'no such log') })
        if (!logs.has(logId)) logs.set(logId, answerTo(messages.filter(message => message.role === 'assistant').length))
        const events = logs.get(logId)!.slice()
        const say = (): void => {
          const event = events.shift()
          if (!event || subscriber.closed) return
          stage.waiting.push(say)
          subscriber.next(event)
        }
        stage.waiting.push(say)
      }),
    { info: { provider: 'p', model: 'm' } },
  )
  return model
}
