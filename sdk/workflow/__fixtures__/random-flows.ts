import fc from 'fast-check'
import { agentTool } from '../../agent/agent-tool.js'
import { defineTool } from '../../agent/define-tool.js'
import type { AnyTool } from '../../contracts.js'
import { defineWorkflow } from '../define-workflow.js'
import { createFlow, type Flow } from '../flow.js'
import { defineStep, type StepContext, type StepLike } from '../step.js'

/** One node of a random flow. */
export type Shape =
  | { kind: 'step'; name: 'sync' | 'async' | 'again' | 'tool' | 'asks' | 'inner' | 'called' }
  | { kind: 'ask' } | { kind: 'sleep' } | { kind: 'bail' }
  | { kind: 'parallel' | 'branch'; left: Shape[]; right: Shape[] }
  | { kind: 'forEach'; items: number; concurrency: number; nodes: Shape[] }
  | { kind: 'loop'; atMost: number; nodes: Shape[] }

const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('sync' as const, 'async' as const, 'again' as const, 'tool' as const, 'asks' as const, 'inner' as const, 'called' as const).map<Shape>(name => ({ kind: 'step', name })) },
  { weight: 2, arbitrary: fc.constantFrom<Shape>({ kind: 'ask' }, { kind: 'sleep' }) },
)
const { list } = fc.letrec<{ list: Shape[]; node: Shape }>(tie => ({
  list: fc.array(tie('node'), { minLength: 1, maxLength: 2 }),
  node: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constantFrom('parallel' as const, 'branch' as const), left: tie('list'), right: tie('list') }),
    fc.record({ kind: fc.constant('forEach' as const), items: fc.integer({ min: 0, max: 3 }), concurrency: fc.integer({ min: 1, max: 3 }), nodes: tie('list') }),
    fc.record({ kind: fc.constant('loop' as const), atMost: fc.integer({ min: 1, max: 3 }), nodes: tie('list') }),
  ),
}))

/** Any flow. Only outside of what runs side by side may it bail: who bails first there is a matter of time. */
export const anyShape: fc.Arbitrary<Shape[]> = fc.tuple(list, fc.boolean(), list).map(([before, bails, after]) => (bails ? before.concat({ kind: 'bail' }, after) : before.concat(after)))

/** Whatever is given, as a number. */
export const digest = (value: unknown): number => Array.from(JSON.stringify(value) ?? '').reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 99_991, 7)

/** The steps of random flows. `work` says when a step has its result, and is told of each effect. */
export function stepsOf(work: (value: number, context: { toolCallId: string }, isSync: boolean) => number | PromiseLike<number>): { [name: string]: StepLike } {
  const step = (name: string, replay: 'ask' | 'idempotent') =>
    defineStep({ name, replay, execute: (value: unknown, context: StepContext) => work(digest([name, value]), context, name === 'sync') })
  const tool = (name: string, approval: 'ask' | 'allow'): AnyTool =>
    defineTool({ name, description: '', input: { type: 'object' }, approval, execute: (args, context) => work(digest([name, args]), context, false) })
  const inner = defineWorkflow({ name: 'inner', flow: createFlow().then(step('one', 'ask')).ask({ message: '?' }).then(step('two', 'ask')) })
  const called = agentTool({ agent: inner, name: 'called', input: { type: 'object' }, approval: 'ask' })
  return { sync: step('sync', 'ask'), async: step('async', 'ask'), again: step('again', 'idempotent'), tool: tool('tool', 'allow'), asks: tool('asks', 'ask'), inner, called }
}

/** Builds a flow of a shape. */
export function flowOf(shapes: readonly Shape[], steps: { [name: string]: StepLike }): Flow {
  return shapes.reduce<Flow>((flow, shape) => {
    switch (shape.kind) {
      case 'step':
        return (/^(tool|asks|called)$/.test(shape.name) ? flow.map({ x: { path: 'value' } }) : flow).then(steps[shape.name]!)
      case 'ask':
        return flow.ask({ message: '{value}?' })
      case 'sleep':
        return flow.sleep(1_000)
      case 'bail':
        return flow.bail({ lt: [{ path: 'value' }, { literal: 50_000 }] })
      case 'parallel':
        return flow.parallel({ left: flowOf(shape.left, steps), right: flowOf(shape.right, steps) })
      case 'branch':
        return flow.branch([[{ lt: [{ path: 'value' }, { literal: 50_000 }] }, flowOf(shape.left, steps)], [{ truthy: { path: 'value' } }, flowOf(shape.right, steps)]])
      case 'forEach':
        return flow.map({ literal: Array.from({ length: shape.items }, (_, index) => index) }).forEach(flowOf(shape.nodes, steps), { concurrency: shape.concurrency })
      case 'loop':
        return flow.loop(flowOf(shape.nodes, steps), { atMost: shape.atMost, until: { lt: [{ path: 'value' }, { literal: 20_000 }] } })
    }
  }, createFlow())
}
