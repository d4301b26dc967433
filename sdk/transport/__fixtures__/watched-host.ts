import type { Observable } from 'rxjs'
import { isSampanError, type SampanError } from '../../errors.js'
import type { HostCallback, HostChunk, HostSignal, SignInCode } from '../../platform/platform.js'
import { fakePlatform, type FakePlatform, type FakePlatformOptions, type FakeRequest } from '../../testkit/fake-platform.js'
import { createTestClock, type TestClock } from '../../testkit/test-clock.js'

/** A fake host that shows what is still held: listeners, timers, requests. */
export interface WatchedHost extends FakePlatform {
  readonly clock: TestClock
  readonly listeners: number
  /** Requests that have neither ended nor been aborted. */
  readonly open: number
  /** Logins the host was asked for and has not answered, oldest first. Only with `signsIn`. */
  readonly logins: HostCallback<SignInCode>[]
  /** Most logins that were open at a time. */
  readonly mostLogins: number
  /** The newest request. */
  readonly last: FakeRequest
}

export function watchedHost({ signsIn, ...options }: FakePlatformOptions & { signsIn?: boolean } = {}): WatchedHost {
  const ended = new Set<FakeRequest>()
  const fake = fakePlatform({
    ...options,
    onRequest(request) {
      const { onEnd, onFail } = request.handlers
      request.handlers.onEnd = end => (ended.add(request), onEnd(end))
      request.handlers.onFail = failure => (ended.add(request), onFail(failure))
      options.onRequest?.(request)
    },
  })
  const clock = createTestClock()
  const logins: HostCallback<SignInCode>[] = []
  let listeners = 0
  let mostLogins = 0
  return {
    ...fake,
    clock,
    logins,
    get mostLogins() {
      return mostLogins
    },
    get open() {
      return fake.requests.filter(request => !request.isAborted && !ended.has(request)).length
    },
    get listeners() {
      return listeners
    },
    get last() {
      return fake.requests[fake.requests.length - 1]!
    },
    onSignal(listener: (signal: HostSignal) => void) {
      listeners += 1
      const stop = fake.onSignal(listener)
      return () => {
        listeners -= 1
        stop()
      }
    },
    ...(signsIn && {
      signInCode(done: HostCallback<SignInCode>) {
        const login: HostCallback<SignInCode> = (failure, code) => {
          logins.splice(logins.indexOf(login), 1)
          done(failure, code)
        }
        mostLogins = Math.max(mostLogins, logins.push(login))
      },
    }),
  }
}

/** What an Observable said, in order: values, then `end` or the error. */
export interface Heard<T> {
  values: T[]
  error: SampanError | undefined
  isEnded: boolean
  /** Signals after the first end or error, or after leaving. */
  late: number
  leave(): void
}

export function hear<T>(source$: Observable<T>): Heard<T> {
  let isOver = false
  const heard: Heard<T> = { values: [], error: undefined, isEnded: false, late: 0, leave: () => {} }
  const note = (work: () => void): void => {
    if (isOver) heard.late += 1
    else work()
  }
  const subscription = source$.subscribe({
    next: value => note(() => heard.values.push(value)),
    error: (thrown: unknown) =>
      note(() => {
        isOver = true
        if (!isSampanError(thrown)) throw thrown
        heard.error = thrown
      }),
    complete: () => note(() => (isOver = heard.isEnded = true)),
  })
  heard.leave = () => {
    isOver = true
    subscription.unsubscribe()
  }
  return heard
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
/** Hands over pieces of a body. */
export const send = (request: FakeRequest, ...chunks: HostChunk[]): void => chunks.forEach(chunk => request.handlers.onChunk!(chunk))
/** Answers a request that is no stream. */
export const answer = (request: FakeRequest, body: unknown, status = 200): void =>
  request.handlers.onEnd({ status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) })
