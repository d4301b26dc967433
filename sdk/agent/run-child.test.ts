import { concat, from, NEVER, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { contextOf, question } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { createTeam } from './create-team.js'
import { runChild, type ChildRun } from './run-child.js'
import { memoryCheckpoints } from '../context/run-context.js'
import type { Agent, ChildEnd, RunContext, RunInput } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const place: ChildRun = { runId: 'child', threadId: 'thread', parentRunId: 'run-1', name: 'helper' }
const { messages } = question()

/** An agent elsewhere that says what is written down. */
const saying = (...events: AgentEvent[]): Agent => Object.assign(() => from<AgentEvent[]>([{ type: 'RUN_STARTED', threadId: 'x', runId: 'x' }, ...events]), { info: { name: 'helper' } })
const success = { type: 'RUN_FINISHED' as const, threadId: 'x', runId: 'x' }

function play(agent: Agent, more: Partial<ChildRun> = {}, context: RunContext = contextOf()) {
  const events: AgentEvent[] = []
  const ends: ChildEnd[] = []
  const subscription = runChild(agent, { messages }, { ...place, ...more }, context, end => void ends.push(end)).subscribe(event => void events.push(event))
  return { events, ends, leave: () => subscription.unsubscribe() }
}

describe('runChild', () => {
  it('puts ids that the child gave behind its own, and leaves those of runs inside it', () => {
    const inside: AgentEvent = { type: 'RAW', event: 1, subagentRunId: 'deep' }
    const { events } = play(saying({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 't', parentMessageId: 'm' }, { type: 'CUSTOM', name: 'sampan:tool-progressed', value: { toolCallId: 'c', progress: 1 } }, { type: 'CUSTOM', name: 'theirs', value: { toolCallId: 'c' } }, inside, { type: 'TOOL_CALL_END', toolCallId: 'c' }, { type: 'TOOL_CALL_RESULT', messageId: 'r', toolCallId: 'c', content: 'x' }, success))
    expect(events.slice(1, -1)).toEqual([
      { type: 'TOOL_CALL_START', toolCallId: 'child/c', toolCallName: 't', parentMessageId: 'child/m', subagentRunId: 'child' },
      { type: 'CUSTOM', name: 'sampan:tool-progressed', value: { toolCallId: 'child/c', progress: 1 }, subagentRunId: 'child' },
      { type: 'CUSTOM', name: 'theirs', value: { toolCallId: 'c' }, subagentRunId: 'child' },
      inside,
      { type: 'TOOL_CALL_END', toolCallId: 'child/c', subagentRunId: 'child' },
      { type: 'TOOL_CALL_RESULT', messageId: 'child/r', toolCallId: 'child/c', content: 'x', subagentRunId: 'child' },
    ])
  })
  it('keeps state and messages of the child to itself, and gives them back to it with the answers', () => {
    const interrupts = [{ id: 'q', reason: 'confirmation' }]
    const asking = saying({ type: 'STATE_SNAPSHOT', snapshot: { n: 1 } }, { type: 'TEXT_MESSAGE_START', messageId: 'm' }, { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '好?' }, { type: 'TEXT_MESSAGE_END', messageId: 'm' }, { ...success, outcome: { type: 'interrupt', interrupts } })
    const { events, ends: [end] } = play(asking)
    expect(events.map(({ type }) => type)).toEqual(['SUBAGENT_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'SUBAGENT_FINISHED'])
    expect(end).toMatchObject({ type: 'interrupt', interrupts: [{ id: 'child/q', subagentRunId: 'child' }] })
    let input: RunInput | undefined
    const resumed: Agent = Object.assign((given: RunInput) => (input = given, of<AgentEvent>(success)), { info: { name: 'helper' } })
    const { kept } = JSON.parse(JSON.stringify(end)) as { kept: unknown }
    play(resumed, { kept, resume: [{ interruptId: 'child/q', status: 'resolved', payload: 1 }, { interruptId: 'other/q', status: 'resolved' }] })
    expect(input).toMatchObject({ runId: 'child-1', state: { n: 1 }, resume: [{ interruptId: 'q', status: 'resolved', payload: 1 }], messages: [{ role: 'user' }, { role: 'assistant', content: '好?' }] })
  })
  it.each<[string, AgentEvent[], Partial<ChildRun>, unknown]>([
    ['that breaks off is cut', [], {}, { type: 'error', error: { code: 'transport/truncated' } }],
    ['that leaves a tool call to its caller', [{ ...success, outcome: { type: 'success', pendingToolCallIds: ['c'] } }], {}, { type: 'error', error: { code: 'agent/invalid' } }],
    ['that a newer version has kept', [success], { kept: { version: 99, messages: [] } }, { type: 'error', error: { code: 'agent/invalid' } }],
    ['that says it is cancelled', [{ ...success, outcome: { type: 'cancelled' } }], {}, { type: 'cancelled' }],
    ['that fails', [{ type: 'RUN_ERROR', message: 'no', code: 'endpoint/provider-error' }], {}, { type: 'error', error: { code: 'endpoint/provider-error' } }],
  ])('ends a child %s once, and says so in the log', (_, says, more, end) => {
    const { events, ends } = play(saying(...says), more)
    expect([ends.length, ends[0]]).toMatchObject([1, end])
    expect(events.at(-1)!.type).toBe('SUBAGENT_ERROR')
  })
  it('charges what an agent elsewhere tells at its end, and nothing twice', () => {
    const charged: unknown[] = []
    const context = contextOf({ budget: { charge: usage => void charged.push(usage), exhausted: () => undefined } })
    play(saying({ ...success, usage: [{ inputTokens: 7 }] }), {}, context)
    play(createAgent({ model: mockModel(textAnswer('x')) }), {}, context)
    expect(charged).toMatchObject([{ inputTokens: 7 }, { inputTokens: 10 }])
  })
  it('takes the result from RUN_FINISHED, else from the last thing that was said and not taken back', () => {
    const say = (id: string, delta: string): AgentEvent[] => [{ type: 'TEXT_MESSAGE_START', messageId: id }, { type: 'TEXT_MESSAGE_CONTENT', messageId: id, delta }, { type: 'TEXT_MESSAGE_END', messageId: id }]
    expect(play(saying(...say('a', 'x'), { ...success, result: { n: 1 } })).ends).toEqual([{ type: 'success', result: { n: 1 } }])
    expect(play(saying(...say('a', 'x'), ...say('b', 'y'), success)).ends).toEqual([{ type: 'success', result: 'y' }])
    const retracted: AgentEvent = { type: 'MESSAGES_SNAPSHOT', messages: [{ id: 'b', role: 'assistant', content: 'no' }] }
    expect(play(saying(...say('b', 'y'), retracted, success)).ends).toEqual([{ type: 'success', result: 'no' }])
  })
  it('does not call `end` for who has left', () => {
    const { ends, leave } = play(Object.assign(() => concat(of<AgentEvent>(), NEVER), { info: { name: 'helper' } }))
    leave()
    expect(ends).toEqual([])
  })
  it('goes on with the member of a team that was answering when the app was killed', () => {
    const checkpoints = memoryCheckpoints()
    const context = contextOf({ checkpoints })
    const hand = toolAnswer(['call_0', 'transfer_to_b', {}])
    const teamOf = (b: Parameters<typeof mockModel>[0]) => {
      const [first, second] = [mockModel(hand), mockModel(b)]
      return { first, second, team: createTeam({ agents: [createAgent({ name: 'a', model: first }), createAgent({ name: 'b', model: second })] }) }
    }
    const before = teamOf(NEVER)
    play(before.team, {}, context).leave()
    const after = teamOf(textAnswer('done'))
    const { ends } = play(after.team, { mayHaveRun: true }, context)
    expect([after.first.requests.length, ends]).toEqual([0, [{ type: 'success', result: 'done' }]])
    expect(after.second.requests).toMatchObject([{ joins: true, logId: before.second.requests[0]!.logId }])
    expect(after.second.requests[0]!.messages).toEqual(JSON.parse(JSON.stringify(before.second.requests[0]!.messages)))
    expect(checkpoints.load('child')).toBeUndefined()
  })
})
