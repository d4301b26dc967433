import type { HostCallback } from '../../sdk/platform/platform.js'
import { classifyFailure } from './classify-failure.js'
import type { WxLike } from './quirks.js'

type Method = (...args: unknown[]) => unknown

/** The method of a host's object, bound to it, or `undefined` where it has none of that name. */
export function hostMethod(object: unknown, name: string): Method | undefined {
  const method = Object(object)[name] as unknown
  return typeof method === 'function' ? (method as Method).bind(object) : undefined
}

/** Hears the rejection of hosts that answer by callback and by promise, or it would count as unhandled. */
export function hush(answer: unknown): void {
  const then = hostMethod(answer, 'then')
  if (then) then(null, () => {})
}

/**
 * Calls a `success`/`fail` API by name, or its `Sync` sister where a host has no other. It answers exactly once, also
 * where the API is missing, throws or answers twice.
 */
export function callHost({ api, quirks }: WxLike, name: string, args: object, done: HostCallback<Record<string, unknown>>): void {
  let isOver = false
  const settle: typeof done = (failure, value) => {
    if (!isOver) {
      isOver = true
      done(failure, value)
    }
  }
  const success = (value: unknown): void => settle(null, Object(value))
  const fail = (error: unknown): void => settle(classifyFailure(error, quirks))
  const method = hostMethod(api, name)
  const sync = hostMethod(api, name + 'Sync')
  try {
    if (method) hush(method(Object.assign({}, args, { success, fail })))
    else if (sync) {
      const answer = sync(...Object.values(args))
      // Taro on React Native returns an Error where an API is not supported.
      if (answer instanceof Error) fail(answer)
      else success(typeof answer === 'object' ? answer : { data: answer })
    } else settle({ reason: 'unsupported', errMsg: `no ${name}` })
  } catch (thrown) {
    // What the caller's own callback threw is not the host's failure.
    if (isOver) throw thrown
    fail(thrown)
  }
}
