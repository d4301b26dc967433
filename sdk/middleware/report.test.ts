import { Observable, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { realtimeLogSink, report, type ReportEntry, type ReportOptions } from './report.js'
import { retry } from './retry.js'
import { answers, contextOf, question, run } from '../agent/__fixtures__/runs.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelMiddleware, RunMiddleware } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const down = new SampanError('transport/server', 'HTTP 503: please repeat "my secret"', {
  retryable: true, phase: 'first-byte', status: 503, errno: 600001, requestId: 'req_1', providerCode: 'overloaded',
  headers: { authorization: 'secret' }, errMsg: 'secret', info: { rung: 'chunked', other: 'secret' }, cause: 'secret',
})

function setUp(options: Partial<ReportOptions>, ...given: MockAnswer[]) {
  const clock = createTestClock(1000)
  const entries: ReportEntry[] = []
  const errors = report({ sink: entry => void entries.push(entry), ...options })
  const fail = defineTool({ name: 'fail', description: '', execute: () => { throw new Error('secret') } })
  const ask = defineTool({ name: 'ask', description: '', approval: 'ask', execute: () => 1 })
  const agent = createAgent({ model: mockModel(...given), tools: [fail, ask], middleware: [errors], modelMiddleware: [retry({ attempts: 2, backoff: { baseMs: 0 } }), errors], maxSteps: 2 })
  const told: string[] = []
  const context = contextOf({ clock, trace: name => void told.push(name) })
  return { agent, entries, clock, context, errors, told, start: () => { agent(question(), context).subscribe(); clock.advance(0) } }
}

describe('report', () => {
  it('tells of a failed call what finds it again, and nothing that was said', () => {
    const { start, entries } = setUp({ host: { name: 'wechat', version: '3.7.0' } }, errorAnswer(down), textAnswer('好'))
    start()
    expect(entries).toEqual([{
      at: 1000, source: 'model', code: 'transport/server', phase: 'first-byte', rung: 'chunked', status: 503, errno: 600001,
      providerCode: 'overloaded', requestId: 'req_1', host: 'wechat', hostVersion: '3.7.0',
    }])
  })
  it('tells of each attempt, and not again of the run that ends with the last', () => {
    const { start, entries } = setUp({}, errorAnswer(down))
    start()
    expect(entries.map(({ source }) => source)).toEqual(['model', 'model'])
    start()
    expect(entries).toHaveLength(4)
  })
  it('tells of a run that ends for a reason of its own', () => {
    const { start, entries } = setUp({}, toolAnswer(['a', 'fail', {}]), toolAnswer(['b', 'fail', {}]))
    start()
    expect(entries.at(-1)).toEqual({ at: 1000, source: 'run', code: 'agent/step-limit', runId: 'run-1' })
  })
  it('tells of the end of a run that has the words of an error of another run', () => {
    const { start, entries, errors, context } = setUp({}, errorAnswer(new SampanError('agent/invalid', 'words')))
    start()
    errors(question({ runId: 'run-2' }), context, () => of<AgentEvent>({ type: 'RUN_ERROR', code: 'agent/invalid', message: 'words' })).subscribe()
    expect(entries.map(({ source, runId }) => [source, runId])).toEqual([['model', undefined], ['run', 'run-2']])
  })
  it('tells of each of two runs once that fail at the same time', () => {
    const entries: ReportEntry[] = []
    const errors = report({ sink: entry => void entries.push(entry) })
    const late: (() => void)[] = []
    // Between what both of them see: each run ends when the models of both have failed.
    const hold: ModelMiddleware = (request, context, next) => new Observable(subscriber => next(request, context).subscribe(event => void late.push(() => subscriber.next(event))))
    for (const message of ['one', 'two']) {
      const model = mockModel(errorAnswer(new SampanError('transport/server', message)))
      createAgent({ model, middleware: [errors], modelMiddleware: [hold, errors] })(question({ runId: message }), contextOf()).subscribe()
    }
    late.forEach(goOn => goOn())
    expect(entries.map(({ source }) => source)).toEqual(['model', 'model'])
  })
  it('tells of tools that fail, by name, and not of those a person refused', () => {
    const { agent, entries, context } = setUp({}, toolAnswer(['a', 'fail', {}], ['b', 'ask', {}]), textAnswer('好'))
    run(agent, answers(run(agent, question(), context), { 'approve-b': { approved: false } }), context)
    expect(entries).toEqual([{ at: 1000, source: 'tool', code: 'agent/tool-failed', toolName: 'fail', runId: 'run-1' }])
  })
  it('tells of what fails beside the run', () => {
    const { errors, entries, context, told } = setUp({})
    const works: RunMiddleware = (input, given, next) => {
      given.trace('ledger-failed', { message: 'secret' })
      given.trace('model-retried', {})
      return next(input, given)
    }
    const keeps: ModelMiddleware = (request, given, next) => (given.trace('cache-failed', {}), next(request, given))
    run(createAgent({ model: mockModel(textAnswer('好')), middleware: [errors, works], modelMiddleware: [errors, keeps] }), question(), context)
    expect(entries).toEqual(['ledger-failed', 'cache-failed'].map(code => ({ at: 1000, source: 'background', code, runId: 'run-1' })))
    expect(told).toEqual(['ledger-failed', 'model-retried', 'cache-failed'])
  })
  it('tells of no more than it may in an hour, and then how many there were', () => {
    const { start, entries, clock } = setUp({ maxPerHour: 2 }, errorAnswer(down))
    start()
    start()
    expect(entries).toHaveLength(2)
    clock.advance(3600_000)
    start()
    expect(entries.map(({ dropped }) => dropped)).toEqual([undefined, undefined, 2, undefined])
  })
  it('tells of a share of them', () => {
    const chances = [0.5, 0.4]
    const { start, entries } = setUp({ sampleRate: 0.5, random: () => chances.shift()! }, errorAnswer(down))
    start()
    expect(entries.map(({ dropped }) => dropped)).toEqual([1])
  })
  it('does not disturb a run when its sink fails', () => {
    const { start, told } = setUp({ sink: () => { throw new Error('no') } }, errorAnswer(down), textAnswer('好'))
    start()
    expect(told).toContain('report-refused')
  })
})

describe('realtimeLogSink', () => {
  const entry: ReportEntry = { at: 1, source: 'run', code: 'agent/invalid' }
  it('writes an entry that can be found by its code', () => {
    const written: unknown[] = []
    realtimeLogSink({ error: (...data) => void written.push(data), setFilterMsg: text => void written.push(text) })(entry)
    expect(written).toEqual(['agent/invalid', [entry]])
  })
  it('is silent where the host has no such log', () => {
    expect(() => [null, undefined].forEach(log => realtimeLogSink(log)(entry))).not.toThrow()
  })
})
