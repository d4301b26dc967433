import { Subscriber } from 'rxjs'
import { askForCode, waitForAnswer, type Patience } from './host-answer.js'
import { requestFrames, type FrameRequest } from './request-frames.js'
import type { Answer, Question } from './tokens.js'
import { SampanError, toSampanError } from '../errors.js'
import type { Platform, Stop } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { parseJson } from '../protocol/json.js'

const GUEST_KEY = 'sampan/guest'

/** Where and how to sign in. */
export type SignInRequest = Omit<FrameRequest, 'method' | 'body' | 'framing'>

/** Signs in at a gateway: with the host's one-use code where there is one, else as a guest this installation remembers. */
export function signInAtGateway(platform: Platform, request: SignInRequest): Question<string> {
  const patience = patienceOf(request)
  return answer => {
    const inner = new Subscriber<Frame>({
      next: frame => {
        const token = (parseJson(frame.data) as { token?: unknown } | undefined)?.token
        if (typeof token === 'string' && token) answer(undefined, token)
        else answer(failed('The gateway\'s answer to the sign-in holds no token.'))
      },
      error: (thrown: unknown) => answer(atSignIn(toSampanError(thrown, 'transport/sign-in-failed'))),
      complete() {},
    })
    const stop = proofOfUser(platform, patience, (error, proof) => {
      if (error) return answer(error)
      const body = JSON.stringify({ host: platform.host.name, ...proof })
      const headers = { ...request.headers, 'content-type': 'application/json' }
      requestFrames(platform, { ...request, headers, method: 'POST', body, framing: 'body' }).subscribe(inner)
    })
    return () => {
      stop()
      inner.unsubscribe()
    }
  }
}

/** Asks an app's `getToken`. */
export function fromToken(make: () => string | PromiseLike<string>, request: SignInRequest): Question<string> {
  const patience = patienceOf(request)
  const refuse = (thrown: unknown): SampanError => toSampanError(thrown, 'transport/sign-in-failed', { phase: 'sign-in' })
  return answer =>
    waitForAnswer(
      patience,
      settle => {
        const got = (token: string): void => (token ? settle(undefined, token) : settle(failed('getToken gave no token.')))
        try {
          const token = make()
          if (token && typeof token !== 'string') token.then(got, thrown => settle(refuse(thrown)))
          else got(token)
        } catch (thrown) {
          settle(refuse(thrown))
        }
      },
      answer,
    )
}

/** A person may be asked something by the host meanwhile, so this is the longer of the two waits before a body. */
function patienceOf({ clock, timeouts }: SignInRequest): Patience {
  return { clock, ms: timeouts.firstByteMs }
}

function failed(message: string): SampanError {
  return new SampanError('transport/sign-in-failed', message, { phase: 'sign-in' })
}

/** Being refused at the door is another thing than a token that has run out: it is not tried again. */
function atSignIn(error: SampanError): SampanError {
  const code = error.code === 'transport/unauthorized' ? 'transport/sign-in-failed' : error.code
  return new SampanError(code, error.message, { ...error.details, phase: 'sign-in', cause: error })
}

function proofOfUser(platform: Platform, patience: Patience, answer: Answer<{ code: string } | { guest: string }>): Stop {
  if (platform.signInCode) return askForCode(platform, patience, (error, found) => answer(error, found && { code: found.code }))
  return waitForAnswer<string>(patience, settle => guestId(platform, settle), (error, guest) => answer(error, { guest: guest! }))
}

/** The same guest after a restart, as long as storage holds. It proves nothing; a gateway gives guests little. */
function guestId({ storage }: Platform, answer: Answer<string>): void {
  storage.get(GUEST_KEY, (_, known) => {
    if (known) return answer(undefined, known)
    const guest = 'guest-' + Date.now().toString(36) + Math.floor(Math.random() * 0xfffffffffffff).toString(36)
    storage.set(GUEST_KEY, guest, () => answer(undefined, guest))
  })
}
