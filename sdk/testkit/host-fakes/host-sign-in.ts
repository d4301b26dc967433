import { randomBytes } from 'node:crypto'
import { hostCall } from './host-call.js'
import type { HostPhone } from './host-phone.js'

/** Who is signed in, and which codes are good. */
export interface HostSignIn {
  /** The host's call: `login`, `getAuthCode`, `getLoginCode`. */
  readonly api: (...args: never[]) => unknown
  /** Calls that began while another was under way. */
  readonly overlapping: number
  /** Whether a code is good. It is once, and only for a while. */
  redeem(code: string): boolean
}

/** Makes the sign-in of a host. */
export function createHostSignIn(phone: HostPhone): HostSignIn {
  const { api, answer, codeLifeMs } = phone.profile.signIn
  const codes = new Map<string, number>()
  let open = 0
  let overlapping = 0
  const makeCode = (): string => {
    const code = randomBytes(8).toString('hex')
    codes.set(code, phone.clock.now() + codeLifeMs)
    return code
  }
  return {
    get overlapping() {
      return overlapping
    },
    api: (args: object) => {
      if (open++ > 0) overlapping++
      return hostCall(phone, api, given => {
        open--
        return answer((given ?? {}) as Record<string, unknown>, makeCode, phone)
      })(args)
    },
    redeem(code) {
      const end = codes.get(code)
      codes.delete(code)
      return end !== undefined && phone.clock.now() <= end
    },
  }
}
