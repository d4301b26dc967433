import { of, Subject, throwError, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { aguiAgent } from './agui.js'
import { createCancel } from '../../context/cancel.js'
import { createRunContext, memoryCheckpoints } from '../../context/run-context.js'
import type { RunContext, RunInput } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import type { Frame } from '../../protocol/frames.js'
import { expectOfficiallyValid } from '../../testkit/official-verifier.js'
import type { Connection, StreamRequest } from '../../transport/connect.js'

const input: RunInput = { threadId: 't', runId: 'r', messages: [{ id: 'u', role: 'user', content: '你好' }, { id: 'a', role: 'activity', activityType: 'x', content: {} }], tools: [], context: [] }
const frameOf = (event: unknown, name = ''): Frame => ({ data: typeof event === 'string' ? event : JSON.stringify(event), event: name, id: undefined, encoded: false })
const started = { type: 'RUN_STARTED', threadId: 't', runId: 'r' }
const finished = { type: 'RUN_FINISHED', threadId: 't', runId: 'r', outcome: { type: 'success' } }
const say = (delta: string) => ({ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta })

function agentOf(frames$: Observable<Frame>, isGateway = true) {
  const requests: StreamRequest[] = []
  const open = (request: StreamRequest) => {
    requests.push(request)
    return frames$
  }
  const agent = aguiAgent({ connection: { isGateway, open, url: '', platform: undefined } as unknown as Connection, name: 'travel agent' })
  return { agent, requests }
}

function runOf(frames$: Observable<Frame>, context: Partial<RunContext> = {}, asked = input) {
  const { agent, requests } = agentOf(frames$)
  const events: AgentEvent[] = []
  let isComplete = false
  const subscription = agent(asked, createRunContext(context)).subscribe({ next: event => void events.push(event), complete: () => (isComplete = true) })
  return { events, requests, subscription, isComplete: () => isComplete, types: () => events.map(({ type }) => type) }
}

describe('an agent that speaks AG-UI', () => {
  it('is posted AG-UI’s input under an id of a log, without what is only ours', () => {
    const { requests } = runOf(of(frameOf(started), frameOf(finished)))
    const { path, body, logId } = requests[0]!
    expect(path).toBe('/v1/agents/travel%20agent/runs')
    expect(body).toEqual({ threadId: 't', runId: 'r', protocolVersion: '1.0', state: {}, messages: input.messages.slice(0, 1), tools: [], context: [], forwardedProps: {}, parentRunId: undefined, resume: undefined })
    expect(logId).toMatch(/^log-/)
  })
  it('gives the server’s events with chunks written out, and leaves after the terminal one', () => {
    const frames$ = new Subject<Frame>()
    const run = runOf(frames$)
    for (const event of [started, say('你'), say('好'), finished]) frames$.next(frameOf(event))
    expect(run.types()).toEqual(['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'RUN_FINISHED'])
    expect([run.isComplete(), frames$.observed]).toEqual([true, false])
    expectOfficiallyValid(run.events)
  })
  it('passes over events that it does not know, pings and ends of other protocols', () => {
    const run = runOf(of(frameOf(started), frameOf({ type: 'THINKING_START' }), frameOf({ type: 'constructor' }), frameOf(''), frameOf({ hello: 1 }), frameOf('[DONE]'), frameOf(finished)))
    expect(run.types()).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
  })
  it.each([
    ['an event that lacks a field', frameOf({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm' }), 'protocol/malformed', 'delta'],
    ['a list of messages that is none', frameOf({ type: 'MESSAGES_SNAPSHOT', messages: [null] }), 'protocol/malformed', 'messages'],
    ['a change of the state that is no list', frameOf({ type: 'STATE_DELTA', delta: {} }), 'protocol/malformed', 'delta'],
    ['questions that are none', frameOf({ ...finished, outcome: { type: 'interrupt' } }), 'protocol/malformed', 'questions'],
    ['what is no JSON', frameOf('<html>'), 'protocol/malformed', '<html>'],
    ['an error of the gateway', frameOf({ error: { message: 'gone', code: 'client_closed' } }, 'error'), 'endpoint/provider-error', 'gone'],
  ])('ends with an error at %s, and keeps what had arrived', (_, frame, code, text) => {
    const run = runOf(of(frameOf(started), frameOf(say('你')), frame))
    expectOfficiallyValid(run.events)
    expect(run.events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code, message: expect.stringContaining(text) })
    expect(run.types()).toContain('TEXT_MESSAGE_END')
  })
  it('takes a connection that closes before the end for a cut, never for an end', () => {
    const run = runOf(of(frameOf(started), frameOf(say('你'))))
    expect(run.events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'transport/truncated' })
  })
  it('says why the way to the server failed', () => {
    const run = runOf(throwError(() => new SampanError('transport/offline', 'no network')))
    expect(run.events.at(-1)).toMatchObject({ type: 'RUN_ERROR', code: 'transport/offline' })
  })
  it('ends at once when it is cancelled, with a result for each call whose end nobody knows', () => {
    const cancel = createCancel()
    const frames$ = new Subject<Frame>()
    const run = runOf(frames$, { cancel: cancel.signal })
    frames$.next(frameOf(started))
    frames$.next(frameOf({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'book' }))
    void cancel.cancel()
    expectOfficiallyValid(run.events)
    expect(run.types().slice(-2).sort()).toEqual(['RUN_FINISHED', 'TOOL_CALL_END'])
    expect(run.events.find(({ type }) => type === 'TOOL_CALL_RESULT')).toMatchObject({ metadata: { sampan: { error: 'agent/tool-outcome-unknown' } } })
    expect([run.isComplete(), frames$.observed]).toEqual([true, false])
  })
  it('leaves the calls of a run that ended well to whoever runs the tools', () => {
    const outcome = { type: 'success', pendingToolCallIds: ['c'] }
    const run = runOf(of(frameOf(started), frameOf({ type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'locate' }), frameOf({ type: 'TOOL_CALL_END', toolCallId: 'c' }), frameOf({ ...finished, outcome })))
    expect(run.types()).toEqual(['RUN_STARTED', 'TOOL_CALL_START', 'TOOL_CALL_END', 'RUN_FINISHED'])
  })
  it('goes on from the log that its checkpoint names, and begins nothing', async () => {
    const checkpoints = memoryCheckpoints()
    const first = runOf(new Subject<Frame>(), { checkpoints })
    first.subscription.unsubscribe()
    const again = runOf(of(frameOf(started), frameOf(finished)), { checkpoints }, { ...input, attach: { runId: 'r' } })
    await expect.poll(again.isComplete).toBe(true)
    expect(again.requests[0]).toMatchObject({ logId: first.requests[0]!.logId, joins: true })
  })
  it('is asked for once its place is stored, and at once where the storage answers at once', () => {
    let stored = (): void => {}
    const slow = { ...memoryCheckpoints(), save: () => ({ then: (done: any) => void (stored = done) }) as never }
    const run = runOf(new Subject<Frame>(), { checkpoints: slow })
    expect(run.requests).toEqual([])
    stored()
    expect([run.requests.length, runOf(new Subject<Frame>(), { checkpoints: memoryCheckpoints() }).requests.length]).toEqual([1, 1])
  })
  it.each<[string, () => PromiseLike<void>]>([
    ['rejects', () => ({ then: (_: unknown, failed: any) => failed(new Error('disk')) }) as PromiseLike<void>],
    ['throws', () => { throw new Error('disk') }],
  ])('goes on where the storage %s, and tells whoever watches', (_, save) => {
    const told: unknown[] = []
    const run = runOf(of(frameOf(started), frameOf(finished)), { checkpoints: { ...memoryCheckpoints(), save }, trace: (...args) => void told.push(args) })
    expect(run.types()).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
    expect(told).toEqual([['checkpoint-failed', { runId: 'r', message: 'Error: disk' }]])
  })
  it('that is left or cancelled while its place is stored is never asked for', () => {
    let stored = (): void => {}
    const checkpoints = { ...memoryCheckpoints(), save: () => ({ then: (done: any) => void (stored = done) }) as never }
    const left = runOf(new Subject<Frame>(), { checkpoints })
    left.subscription.unsubscribe()
    stored()
    const cancel = createCancel()
    const cancelled = runOf(new Subject<Frame>(), { checkpoints, cancel: cancel.signal })
    void cancel.cancel()
    stored()
    expect([left.requests, cancelled.requests]).toEqual([[], []])
    expectOfficiallyValid(cancelled.events)
    expect(cancelled.events.at(-1)).toMatchObject({ outcome: { type: 'cancelled' } })
  })
  it('ends with an error where its checkpoint cannot be read', async () => {
    const fail = (): never => { throw new Error('disk') }
    const run = runOf(of(frameOf(started)), { checkpoints: { ...memoryCheckpoints(), load: fail } }, { ...input, attach: { runId: 'r' } })
    await expect.poll(run.isComplete).toBe(true)
    expect([run.events.at(-1), run.requests]).toMatchObject([{ type: 'RUN_ERROR', message: 'disk' }, []])
  })
  it('says that it cannot go on where there is no checkpoint', async () => {
    const run = runOf(of(frameOf(started)), {}, { ...input, attach: { runId: 'r' } })
    await expect.poll(run.isComplete).toBe(true)
    expect([run.events.at(-1), run.requests]).toMatchObject([{ type: 'RUN_ERROR', code: 'agent/invalid' }, []])
  })
  it('ends as the server says where its place cannot be forgotten', async () => {
    const told: string[] = []
    for (const fail of [() => Promise.reject(new Error('disk')), () => { throw new Error('disk') }]) {
      const run = runOf(of(frameOf(started), frameOf(finished)), { checkpoints: { ...memoryCheckpoints(), delete: fail }, trace: name => void told.push(name) })
      expect(run.types()).toEqual(['RUN_STARTED', 'RUN_FINISHED'])
    }
    await expect.poll(() => told).toEqual(['checkpoint-failed', 'checkpoint-failed'])
  })
  it('is asked below an address that ends in its version too', () => {
    const requests: StreamRequest[] = []
    const connection = { isGateway: true, url: 'https://a.example/v1', open: (request: StreamRequest) => (requests.push(request), of()) }
    aguiAgent({ connection: connection as unknown as Connection, name: 'x' })(input, createRunContext()).subscribe()
    expect(requests[0]!.path).toBe('/agents/x/runs')
  })
  it('notes nothing where no gateway keeps the run', () => {
    const checkpoints = memoryCheckpoints()
    const { agent } = agentOf(new Subject<Frame>(), false)
    agent(input, createRunContext({ checkpoints })).subscribe().unsubscribe()
    expect([agent.info.capabilities?.resumable, checkpoints.load('r')]).toEqual([false, undefined])
  })
})
