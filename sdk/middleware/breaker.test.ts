import { concat, NEVER, of, Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { breaker, type BreakerOptions } from './breaker.js'
import { retry } from './retry.js'
import { endOf, run } from '../agent/__fixtures__/runs.js'
import { createAgent } from '../agent/create-agent.js'
import { createRunContext } from '../context/run-context.js'
import type { ModelEndpoint, ModelEvent, ModelMiddleware } from '../contracts.js'
import { SampanError } from '../errors.js'
import { errorAnswer, mockModel, textAnswer, type MockAnswer } from '../testkit/mock-model.js'
import { createTestClock } from '../testkit/test-clock.js'

const down = new SampanError('transport/server', 'down', { retryable: true })
const refused = new SampanError('transport/http', 'HTTP 400')
const offline = new SampanError('transport/offline', 'no network', { retryable: true })

/** Calls in a row, through one breaker: each answers how it ended, and `open` where the model was not asked. */
function setUp(options: BreakerOptions, ...answers: MockAnswer[]) {
  const clock = createTestClock()
  const traces: string[] = []
  const context = createRunContext({ clock, trace: name => void traces.push(name) })
  const model = mockModel(...answers)
  const guard = breaker(options)
  const call = (given: ModelMiddleware = guard, endpoint: ModelEndpoint = model, joins = false) => {
    let last: ModelEvent | undefined
    const subscription = given({ messages: [], joins }, context, endpoint).subscribe(event => (last = event))
    const end = (): string => (last?.type !== 'error' ? last?.type ?? 'nothing' : last.error.details.info?.circuit === 'open' ? 'open' : 'error')
    return { end, last: () => last, leave: () => subscription.unsubscribe() }
  }
  return { clock, traces, model, guard, call, times: (count: number) => Array.from({ length: count }, () => call().end()) }
}
const [bad, good] = [errorAnswer(down), textAnswer('A')]

describe('breaker', () => {
  it('leaves an endpoint alone after so many failures in a row', () => {
    const { times, model, traces } = setUp({ failures: 3 }, bad)
    expect(times(5)).toEqual(['error', 'error', 'error', 'open', 'open'])
    expect([model.requests.length, traces]).toEqual([3, ['circuit-opened']])
  })
  it('says for how long, in an error that may pass', () => {
    const { call, times, clock } = setUp({ failures: 1, coolMs: 1000 }, bad)
    times(1)
    clock.advance(400)
    expect(call().last()).toMatchObject({ error: { code: 'endpoint/provider-error', retryable: true, details: { retryAfterMs: 600 } } })
  })
  it('forgets failures after a success, and after a while', () => {
    expect(setUp({ failures: 2 }, bad, good, bad, good, bad).times(5)).toEqual(['error', 'finish', 'error', 'finish', 'error'])
    const { times, clock } = setUp({ failures: 2, windowMs: 1000 }, bad)
    times(1)
    clock.advance(1000)
    expect(times(3)).toEqual(['error', 'error', 'open'])
  })
  it('does not count what is not the fault of the endpoint', () => {
    const { times } = setUp({ failures: 1 }, errorAnswer(refused), errorAnswer(offline), bad)
    expect(times(4)).toEqual(['error', 'error', 'error', 'open'])
  })
  it('counts what it is told to count', () => {
    expect(setUp({ failures: 1, on: ({ code }) => code === 'transport/http' }, bad, errorAnswer(refused)).times(3)).toEqual(['error', 'error', 'open'])
  })
  it('lets an answer be read from its log all the same', () => {
    const { call, times, guard, model } = setUp({ failures: 1 }, bad, good)
    times(1)
    expect(call(guard, model, true).end()).toBe('finish')
  })
})

describe('after it has cooled', () => {
  it('lets one call try: the others wait until that one has ended', () => {
    const trial = new Subject<ModelEvent>()
    const { call, times, clock } = setUp({ failures: 1, coolMs: 1000 }, bad, trial, good)
    times(1)
    clock.advance(1000)
    const first = call()
    expect([first.end(), call().end()]).toEqual(['nothing', 'open'])
    trial.next({ type: 'finish', reason: 'stop' })
    expect([first.end(), call().end()]).toEqual(['finish', 'finish'])
  })
  it('is left alone again at once if the trial fails', () => {
    const { times, clock } = setUp({ failures: 3, coolMs: 1000 }, bad, bad, bad, bad, good)
    times(3)
    clock.advance(1000)
    expect(times(2)).toEqual(['error', 'open'])
    clock.advance(1000)
    expect(times(2)).toEqual(['finish', 'finish'])
  })
  it('is tried by the next call where somebody left the trial', () => {
    const { call, times, clock } = setUp({ failures: 1, coolMs: 1000 }, bad, concat(of<ModelEvent>({ type: 'text-delta', delta: 'A' }), NEVER), good)
    times(1)
    clock.advance(1000)
    call().leave()
    expect(call().end()).toBe('finish')
  })
})

describe('what is known', () => {
  it('belongs to the endpoint: another one is asked', () => {
    const { call, times, guard } = setUp({ failures: 1 }, bad)
    times(1)
    expect(call(guard, mockModel(good)).end()).toBe('finish')
  })
  it('is shared by agents that have other middleware between', () => {
    const model = mockModel(bad)
    const guard = breaker({ failures: 1 })
    const ends = [[guard, retry({ attempts: 1 })], [guard]].map(modelMiddleware => endOf(run(createAgent({ model, modelMiddleware }))).message)
    expect([model.requests.length, ends[0]]).toEqual([1, 'down'])
    expect(ends[1]).toContain('not asked')
  })
  it('is shared by all who share endpoint and breaker', () => {
    const { call, times, model } = setUp({ failures: 1 }, bad)
    times(1)
    expect([call().end(), call(breaker({ failures: 1 }), model).end()]).toEqual(['open', 'error'])
  })
})
