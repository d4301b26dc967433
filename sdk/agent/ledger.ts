import type { CheckedCall } from './check-call.js'
import type { RunState } from './run-state.js'
import type { LedgerEntry, LedgerState } from '../contracts.js'

/** Writes how far a call has come. */
export function writeLedger(state: RunState, call: CheckedCall, ledgerState: LedgerState, result?: string): void | PromiseLike<void> {
  const { toolCallId, toolName, fingerprint } = call
  return state.context.ledger.put({ toolCallId, toolName, fingerprint, state: ledgerState, result })
}

/** Writes what nobody waits for, and what must not undo an effect that has happened: a failure is only traced. */
export function noteInLedger(state: RunState, call: CheckedCall, ledgerState: LedgerState, result?: string): void {
  const { toolCallId } = call
  whenDone(
    () => writeLedger(state, call, ledgerState, result),
    () => {},
    thrown => state.context.trace('ledger-failed', { toolCallId, state: ledgerState, message: String(thrown) }),
  )
}

/** Whether the effect of a call may have happened. */
export function hasBegun(entry: LedgerEntry | undefined): entry is LedgerEntry {
  return entry !== undefined && (entry.state === 'executing' || entry.state === 'done' || entry.state === 'delivered')
}

/** Goes on at once with a plain value, and later with a promised one; anything thrown goes to `failed`. Goes on once. */
export function whenDone<T>(work: () => T | PromiseLike<T>, done: (value: T) => void, failed: (thrown: unknown) => void): void {
  let isOver = false
  const once = <V>(then: (value: V) => void) => (value: V): void => {
    if (isOver) return
    isOver = true
    then(value)
  }
  let value: T | PromiseLike<T>
  try {
    value = work()
    const then = (value as PromiseLike<T> | null | undefined)?.then
    if (typeof then === 'function') return void then.call(value, once(done), once(failed))
  } catch (thrown) {
    return once(failed)(thrown)
  }
  done(value as T)
}
