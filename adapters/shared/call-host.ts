import type { HostFailure } from '../../sdk/platform/platform.js'
import { classifyFailure } from './classify-failure.js'
import type { WxLike } from './quirks.js'

type Method = (...args: unknown[]) => unknown

/** Takes what a host answered; or what failed, and what the host said of it in its own form. */
type Done = (failure: HostFailure | null, value?: Record<string, unknown>, raw?: unknown) => void

/** The method of a host's object, bound to it, or `undefined` where it has none of that name. */
export function hostMethod(object: unknown, name: string): Method | undefined {
  const method = Object(object)[name] as unknown
  return typeof method === 'function' ? (method as Method).bind(object) : undefined
}

/** Calls a method of a host's object where there is one. */
export function callIfThere(object: unknown, name: string, ...args: unknown[]): unknown {
  const method = hostMethod(object, name)
  return method && method(...args)
}

/**
 * Calls a `success`/`fail` API by name, or its `Sync` sister where a host has no other. It answers exactly once, also
 * where the API is missing, throws or answers twice. Returns what the API returned: of some that is a task.
 *
 * @param onThrow is told that the API threw, in place of `done`.
 */
export function callHost({ api, quirks }: WxLike, name: string, args: object, done: Done, onThrow?: () => void): unknown {
  let isOver = false
  const settle: Done = (failure, value, raw) => {
    if (!isOver) {
      isOver = true
      done(failure, value, raw)
    }
  }
  const success = (value: unknown): void => settle(null, Object(value))
  const fail = (error: unknown): void => settle(classifyFailure(error, quirks, name), undefined, error)
  const method = hostMethod(api, name)
  const sync = quirks.callSync && hostMethod(api, name + 'Sync')
  try {
    if (method) {
      const task = method(Object.assign({}, args, { success, fail }))
      // Some answer by callback and by promise, whose rejection would count as unhandled; some by the promise alone.
      callIfThere(task, 'then', null, fail)
      return task
    }
    if (sync) success(quirks.callSync!(sync, args))
    else settle({ reason: 'unsupported', errMsg: `no ${name}` })
  } catch (thrown) {
    // What the caller's own callback threw is not the host's failure.
    if (isOver) throw thrown
    if (onThrow) onThrow()
    else fail(thrown)
  }
}
