import type { CheckedCall } from './check-call.js'
import type { RunState } from './run-state.js'
import type { ToolOutcome } from './tool-outcome.js'
import type { LedgerEntry, LedgerState } from '../contracts.js'

/** Writes how far a call has come. */
export function writeLedger({ context }: RunState, { id, tool, fingerprint, key }: CheckedCall, state: LedgerState, outcome: Partial<ToolOutcome> = {}): void | PromiseLike<void> {
  const { content: result, error } = outcome
  return context.ledger.put({ toolCallId: id, toolName: tool.name, fingerprint, state, result, isError: error && true, idempotencyKey: key })
}

/**
 * A call's key: minted once, and in every entry of it. Providers number calls from 0, so its id would be no key. A call
 * that has begun with other arguments is another one, although it has the same id.
 */
export function keyOf({ context }: RunState, toolCallId: string, fingerprint: string): string {
  const known = context.ledger.get(toolCallId)
  return (known && (known.fingerprint === fingerprint || !hasBegun(known)) && known.idempotencyKey) || context.ids('key')
}

/** Writes what nobody waits for, and what must not undo an effect that has happened: a failure is only traced. */
export function noteInLedger(state: RunState, call: CheckedCall, ledgerState: LedgerState, outcome?: ToolOutcome): void {
  whenDone(
    () => writeLedger(state, call, ledgerState, outcome),
    () => {},
    thrown => state.context.trace('ledger-failed', { toolCallId: call.id, state: ledgerState, message: String(thrown) }),
  )
}

/** Whether the effect of a call may have happened. */
export function hasBegun(entry: LedgerEntry | undefined): entry is LedgerEntry {
  return !!entry && /^(executing|done|delivered)$/.test(entry.state)
}

/** Goes on at once with a plain value, and later with a promised one; anything thrown goes to `failed`. Goes on once. */
export function whenDone<T>(work: () => T | PromiseLike<T>, done: (value: T) => void, failed: (thrown: unknown) => void): void {
  let isOver = false
  const once = <V>(then: (value: V) => void) => (value: V): void => {
    if (isOver) return
    isOver = true
    then(value)
  }
  const [succeed, fail] = [once(done), once(failed)]
  let value: T | PromiseLike<T>
  try {
    value = work()
    const then = (value as PromiseLike<T> | null | undefined)?.then
    if (typeof then === 'function') return void then.call(value, succeed, fail)
  } catch (thrown) {
    return fail(thrown)
  }
  // Outside: what this throws is not the work's.
  succeed(value as T)
}
