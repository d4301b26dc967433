import { catchError, map, of } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, test } from 'vitest'
import { requestFrames } from './request-frames.js'
import { DEFAULT_TIMEOUTS, type Timeouts } from './watchdog.js'
import type { SampanError } from '../errors.js'
import type { Capabilities, Clock } from '../platform/platform.js'
import { fakePlatform, type FakeRequest } from '../testkit/fake-platform.js'
import { bytes, hear, watchedHost } from './__fixtures__/watched-host.js'

// The host and what is heard of it as marbles, one frame a millisecond.
// Host: h head, p ping, d an event, x half a line, o the app is hidden, i shown,
// n it shows that it hands over nothing before the end, | the end, # a failure.
// Heard: d an event; an error as its phase: c connect, f first-byte, s stream, t total; S suspended, F failed.

const PIECES: Record<string, string> = { p: ': ping\n\n', d: 'data: 1\n\n', x: 'data: ' }
const ERRORS: Record<string, string> = { c: 'timeout connect', f: 'timeout first-byte', s: 'timeout stream', t: 'timeout total', S: 'suspended stream', F: 'failed stream' }
const short: Timeouts = { connectMs: 5, firstByteMs: 8, idleMs: 5, totalMs: 0, cancelMs: 0 }

function check(host: string, heard: string, timeouts: Partial<Timeouts> = {}, capabilities: Partial<Capabilities> = {}): void {
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected))
  const clock: Clock = {
    now: () => scheduler.now(),
    setTimer(ms, callback) {
      const action = scheduler.schedule(callback, ms)
      return () => action.unsubscribe()
    },
  }
  scheduler.run(({ cold, expectObservable }) => {
    const play = ({ handlers }: FakeRequest): void => {
      const next = (mark: string): void => {
        if (mark === 'h') handlers.onHead!({ status: 200, headers: {} })
        else if (mark === 'n') Object.assign(platform.capabilities, { stream: 'none' })
        else if (mark === 'o' || mark === 'i') platform.signal(mark === 'o' ? 'hide' : 'show')
        else handlers.onChunk!(bytes(PIECES[mark]!))
      }
      const error = (): void => handlers.onFail({ reason: 'unknown', errMsg: 'request:fail' })
      cold(host).subscribe({ next, error, complete: () => handlers.onEnd({ headers: {} }) })
    }
    const platform = fakePlatform({ capabilities, onRequest: play })
    const request = { url: 'https://a.example', method: 'POST' as const, headers: {}, framing: 'sse' as const, clock, timeouts: { ...short, ...timeouts } }
    const frames$ = requestFrames(platform, request).pipe(
      map(() => 'an event'),
      catchError(({ code, details }: SampanError) => of(code.replace('transport/', '') + ' ' + details.phase)),
    )
    expectObservable(frames$).toBe(heard, { d: 'an event', ...ERRORS })
  })
}

describe('a request is given up', () => {
  test('when no head comes', () => check('---------', '-----(c|)'))
  test('when a head comes but no byte', () => check('--h--------', '--------(f|)'))
  test('when no byte comes on a host that shows no head', () => check('-----------', '--------(f|)', {}, { earlyHeaders: false }))
  test('when nothing more comes', () => check('-h-d----------', '---d----(s|)'))
  test('when nothing comes after half a line', () => check('-h-x----------', '--------(s|)'))
  test('when it lasts too long, however busy it is', () => check('-h-d-d-d--d-d', '---d-d-d-(t|)', { totalMs: 9 }))
})

describe('an answer that comes whole', () => {
  const whole: Partial<Capabilities> = { stream: 'none' }
  test('may take longer than a first byte may', () => check('-h----------------(d|)', '------------------(d|)', {}, whole))
  test('has the limit of the whole, where there is one', () => check('-h----------------(d|)', '---------------(t|)', { totalMs: 15 }, whole))
  test('is given up ten minutes later, where there is none', () => check('-h 11m (d|)', '600008ms (t|)', {}, whole))
  test('is waited for without end, where no first byte has a limit', () => check('-h 11m (d|)', '-- 11m (d|)', { firstByteMs: 0 }, whole))
  test('still needs a head in time', () => check('---------', '-----(c|)', {}, whole))
  test('is known late, on a host that shows only then that it hands over no pieces', () => check('-hn---------------(d|)', '------------------(d|)'))
})

test('a body that was asked for as one keeps the limit of its first byte, on every host', () => {
  for (const stream of ['none', 'bytes'] as const) {
    const host = watchedHost({ capabilities: { stream } })
    const heard = hear(requestFrames(host, { url: '', method: 'GET', headers: {}, framing: 'body', clock: host.clock, timeouts: { ...short, connectMs: 0 } }))
    host.clock.advance(8)
    expect(heard.error).toMatchObject({ code: 'transport/timeout', details: { phase: 'first-byte' } })
    expect([host.last.isAborted, host.clock.pending]).toEqual([true, 0])
  }
})

describe('a request goes on', () => {
  test('while pings come', () => check('-h-p---p---p---d--|', '---------------d--|'))
  test('while pieces of one event come', () => check('-h-x---x---x--|', '--------------|'))
  test('when the head comes in time, and then the first byte', () => check('----h--d-|', '-------d-|'))
  test('when the first byte comes without a head', () => check('----d--|', '----d--|'))
  test('without any limit, where limits are 0', () => check('99ms d 99ms d 99ms |', '99ms d 99ms d 99ms |', { connectMs: 0, firstByteMs: 0, idleMs: 0 }))
})

describe('an app that was hidden', () => {
  test('has its silent stream reported as suspended', () => check('-h-d-o--------', '---d----(S|)'))
  test('also when it is shown again before that is noticed', () => check('-h-d-o-i------', '---d----(S|)'))
  test('has a failure of the host reported as suspended', () => check('-h-d-o-#', '---d---(S|)'))
  test('also when the last piece came while it was hidden', () => check('-h-d-o-d--#', '---d---d--(S|)'))
  test('counts no more once a piece came after it was shown', () => check('-h-d-oid-#', '---d---d-(F|)'))
  test('does not lose a stream that goes on', () => check('-h-d-o-d-i-d|', '---d---d---d|'))
})

test('the defaults let a model think, and notice a dead network within a minute', () => {
  expect(DEFAULT_TIMEOUTS).toEqual({ connectMs: 20_000, firstByteMs: 60_000, idleMs: 45_000, totalMs: 0, cancelMs: 3000 })
})

describe('the host\'s own timeout', () => {
  const asked = (timeouts: Partial<Timeouts>, capabilities: Partial<Capabilities>): number | undefined => {
    const platform = fakePlatform({ capabilities })
    const clock: Clock = { now: () => 0, setTimer: () => () => {} }
    requestFrames(platform, { url: '', method: 'GET', headers: {}, framing: 'sse', clock, timeouts: { ...DEFAULT_TIMEOUTS, ...timeouts } }).subscribe()
    return platform.requests[0]!.options.timeoutMs
  }
  test('is not set where neither the app nor the host knows a limit', () => expect(asked({}, {})).toBeUndefined())
  test('is the app\'s limit', () => expect(asked({ totalMs: 5000 }, { maxRequestMs: 60_000 })).toBe(5000))
  test('is asked to be long where the host has a ceiling, because its default may be shorter', () =>
    expect([asked({}, { maxRequestMs: 60_000 }), asked({}, { maxRequestMs: 900_000 })]).toEqual([600_000, 900_000]))
})
