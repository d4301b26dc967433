import { catchError, concatMap, map, Observable, of } from 'rxjs'
import { requestFrames, type FrameRequest } from './request-frames.js'
import { SampanError, toSampanError } from '../errors.js'
import type { HostFailure, Platform, SignInCode } from '../platform/platform.js'
import { parseJson } from '../protocol/json.js'

const GUEST_KEY = 'sampan/guest'

/** A gateway's answer to a sign-in: a short-lived token, and who it says we are. */
export interface SignIn {
  token: string
  /** Milliseconds since 1970. */
  expiresAt?: number
  userId?: string
}

/**
 * Signs in at a gateway: with the host's one-use code where there is one, else as a guest this installation remembers.
 * Cold: each subscription signs in once.
 */
export function signInAtGateway(platform: Platform, request: Omit<FrameRequest, 'method' | 'body' | 'framing'>): Observable<SignIn> {
  return proofOfUser(platform).pipe(
    concatMap(proof => {
      const body = JSON.stringify({ host: platform.host.name, ...proof })
      const headers = { ...request.headers, 'content-type': 'application/json' }
      return requestFrames(platform, { ...request, headers, method: 'POST', body, framing: 'body' })
    }),
    map(frame => {
      const answer = parseJson(frame.data) as Partial<SignIn> | undefined
      if (answer && typeof answer.token === 'string') return answer as SignIn
      throw new SampanError('transport/sign-in-failed', 'The gateway\'s answer to the sign-in holds no token.', { phase: 'sign-in' })
    }),
    catchError(thrown => {
      throw atSignIn(toSampanError(thrown, 'transport/sign-in-failed'))
    }),
  )
}

/** Being refused at the door is another thing than a token that has run out: it is not tried again. */
function atSignIn(error: SampanError): SampanError {
  const code = error.code === 'transport/unauthorized' ? 'transport/sign-in-failed' : error.code
  return new SampanError(code, error.message, { ...error.details, phase: 'sign-in', cause: error })
}

function proofOfUser(platform: Platform): Observable<{ code: string } | { guest: string }> {
  if (!platform.signInCode) return guestId(platform).pipe(map(guest => ({ guest })))
  return fromHost<SignInCode>(done => platform.signInCode!(done)).pipe(map(({ code }) => ({ code })))
}

/** The same guest after a restart, as long as storage holds. It proves nothing; a gateway gives guests little. */
function guestId(platform: Platform): Observable<string> {
  const { storage } = platform
  return fromHost<string | undefined>(done => storage.get(GUEST_KEY, (failure, value) => done(null, failure ? undefined : value))).pipe(
    concatMap(known => {
      if (known) return of(known)
      const guest = 'guest-' + Date.now().toString(36) + Math.floor(Math.random() * 0xfffffffffffff).toString(36)
      return fromHost<void>(done => storage.set(GUEST_KEY, guest, () => done(null))).pipe(map(() => guest))
    }),
  )
}

/** One host call as an Observable of one value. */
function fromHost<T>(call: (done: (failure: HostFailure | null, value?: T) => void) => void): Observable<T> {
  return new Observable(subscriber =>
    call((failure, value) => {
      if (failure) return subscriber.error(new SampanError('transport/sign-in-failed', failure.errMsg, { phase: 'sign-in', cause: failure, retryable: true }))
      subscriber.next(value as T)
      subscriber.complete()
    }),
  )
}

/** Whatever an app's `getToken` returns, as an Observable. */
export function fromToken(make: () => string | PromiseLike<string>): Observable<string> {
  return new Observable(subscriber => {
    const done = (token: string): void => {
      subscriber.next(token)
      subscriber.complete()
    }
    const failed = (thrown: unknown): void => subscriber.error(toSampanError(thrown, 'transport/sign-in-failed', { phase: 'sign-in' }))
    try {
      const token = make()
      if (typeof token === 'string') done(token)
      else token.then(done, failed)
    } catch (thrown) {
      failed(thrown)
    }
  })
}

