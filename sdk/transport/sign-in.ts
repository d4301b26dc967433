import { Observable, type OperatorFunction } from 'rxjs'
import { requestFrames, type FrameRequest } from './request-frames.js'
import type { SignedIn } from './tokens.js'
import { SampanError } from '../errors.js'
import { GUEST_KEY } from '../platform/signed-in-user.js'
import type { Platform, Storage } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { parseJson } from '../protocol/json.js'
import { transform } from '../protocol/transform.js'

/** Where and how to sign in. */
export type SignInRequest = Omit<FrameRequest, 'method' | 'body' | 'framing'>

/**
 * Signs in at a gateway: with the host's one-use code where there is one, and as a guest this installation remembers, for
 * a gateway that cannot check codes or does not yet.
 */
export function signInAtGateway(platform: Platform, request: SignInRequest): Observable<SignedIn> {
  const headers = { ...request.headers, 'content-type': 'application/json' }
  return new Observable(subscriber => {
    askForGuest(platform.storage, guest => {
      const send = (code?: string): void => {
        const body = JSON.stringify({ host: platform.host.name, code, guest })
        requestFrames(platform, { ...request, headers, method: 'POST', body, framing: 'body' }).pipe(readToken).subscribe(subscriber)
      }
      if (!platform.signInCode) return send()
      platform.signInCode((failure, found) => {
        if (!failure) return send(found!.code)
        const { errMsg, errno } = failure
        subscriber.error(new SampanError('transport/sign-in-failed', errMsg, { retryable: true, errMsg, errno, cause: failure }))
      })
    })
  })
}

/** The token in the gateway's answer, and whose it is. */
const readToken: OperatorFunction<Frame, SignedIn> = /* @__PURE__ */ transform(emit => ({
  next: ({ data }) => emit(Object(parseJson(data)) as SignedIn),
}))

/** Asks an app's `getToken`. */
export function fromToken(make: TokenSource): Observable<SignedIn> {
  return new Observable(subscriber => {
    const take = (given: string | SignedIn): void => subscriber.next(typeof given === 'string' ? { token: given } : Object(given))
    const made = make()
    if (made && typeof made !== 'string' && 'then' in made) made.then(take, (thrown: unknown) => subscriber.error(thrown))
    else take(made as string)
  })
}

/** Gives a token, or a token and whose it is. */
export type TokenSource = () => string | SignedIn | PromiseLike<string | SignedIn>

/** The same guest after a restart, as long as storage holds. It proves nothing; a gateway gives guests little. */
function askForGuest(storage: Storage, answer: (guest: string) => void): void {
  storage.get(GUEST_KEY, (_, known) => {
    if (known) return answer(known)
    const guest = 'guest-' + Date.now().toString(36) + Math.random().toString(36).slice(2)
    storage.set(GUEST_KEY, guest, () => answer(guest))
  })
}
