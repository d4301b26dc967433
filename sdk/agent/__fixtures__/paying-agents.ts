import * as z from 'zod/mini'
import { answers, asked } from './runs.js'
import { agentTool } from '../agent-tool.js'
import { createAgent } from '../create-agent.js'
import { defineTool } from '../define-tool.js'
import type { Agent, RunInput } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'

/** A tool that is asked about, and tells `effects` what it did. */
export const payTool = (effects: unknown[] = [], more: object = {}) =>
  defineTool({ name: 'pay', description: '', input: z.object({ amount: z.number() }), approval: 'ask', execute: ({ amount }) => (effects.push(amount), 'paid ' + amount), ...more })

/** An agent with one tool that is another agent, called once for each of its requests, from 0 on. */
export function manager(child: Agent, ...requests: string[]) {
  const calls = requests.map<[string, string, unknown]>((request, index) => ['call_' + index, 'child', { request }])
  const model = mockModel(toolAnswer(...calls), textAnswer('done'))
  return { model, agent: createAgent({ name: 'manager', model, tools: [agentTool({ agent: child })] }) }
}

/** An agent that pays once, if it may. */
export const paying = (effects: unknown[], amount = 5) => createAgent({ name: 'child', model: mockModel(toolAnswer(['call_0', 'pay', { amount }]), textAnswer('paid')), tools: [payTool(effects)] })

/** The state that a run left. */
export const stateOf = (events: readonly AgentEvent[]): unknown => events.reduce<unknown>((state, event) => (event.type === 'STATE_SNAPSHOT' ? event.snapshot : state), undefined)

/** The input that says yes to all that a run asked. */
export const yes = (events: readonly AgentEvent[], more: Partial<RunInput> = {}): RunInput =>
  answers(events, Object.fromEntries(asked(events).map(({ id }) => [id, { approved: true }])), { state: JSON.parse(JSON.stringify(stateOf(events))), ...more })
