import type { HostPhone } from './host-phone.js'
import type { HostTrouble } from './host-profile.js'

/** The callbacks every call of a mini-program host takes. */
export interface HostCallbacks {
  success?(result: object): void
  fail?(error: object): void
  complete?(result: object): void
}

/** Thrown by what a call does: the host puts it into words. */
export class TroubleError extends Error {
  constructor(readonly trouble: HostTrouble, message: string = trouble) {
    super(message)
    this.name = 'TroubleError'
  }
}

/**
 * Makes an asynchronous call of a host from the work it does. It answers later, by callbacks, and on a host in promise
 * style by a promise as well, which rejects even where `fail` was given.
 */
export function hostCall(phone: HostPhone, name: string, work: (args: never) => unknown) {
  return (args: HostCallbacks & object = {}): unknown => {
    const { success, fail, complete, ...rest } = args
    const answered = new Promise<object>((resolve, reject) => {
      setTimeout(() => {
        const { isOk, answer } = tryWork(phone, name, work, rest)
        // A listener that throws must not take the answer from the others, nor be swallowed: it throws here.
        if (isOk) resolve(answer)
        else if (phone.profile.isPromiseStyle) reject(answer)
        if (isOk) success?.(answer)
        else fail?.(answer)
        complete?.(answer)
      }, 0)
    })
    return phone.profile.isPromiseStyle ? answered : undefined
  }
}

function tryWork(phone: HostPhone, name: string, work: (args: never) => unknown, args: object): { isOk: boolean; answer: object } {
  try {
    const answer = { ...(work(args as never) as object | undefined) }
    return { isOk: true, answer: phone.profile.hasOkText ? { ...answer, errMsg: `${name}:ok` } : answer }
  } catch (thrown) {
    return { isOk: false, answer: wordsOf(phone, name, thrown) }
  }
}

/** A thrown value in the shape of the host: trouble in its words, anything else as it is. */
export function wordsOf(phone: HostPhone, name: string, thrown: unknown): object {
  if (thrown instanceof TroubleError) return phone.profile.error(name, thrown.trouble, phone)
  const own = { ...(thrown as object) }
  return Object.keys(own).length ? own : { errMsg: `${name}:fail ${(thrown as Error).message}` }
}
