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
  unwaited(state, () => writeLedger(state, call, ledgerState, outcome), 'ledger-failed', { toolCallId: call.id, state: ledgerState })
}

/** Does what may fail without harm to the run: that is only traced. `done` is called either way. */
export function unwaited({ context }: Pick<RunState, 'context'>, work: () => unknown, failed: string, attributes: Record<string, unknown>, done = () => {}): void {
  whenDone(work, done, thrown => {
    context.trace(failed, { ...attributes, message: String(thrown) })
    done()
  })
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
    const { then } = Object(value) as Partial<PromiseLike<T>>
    if (typeof then === 'function') return void then.call(value as PromiseLike<T>, succeed, fail)
  } catch (thrown) {
    return fail(thrown)
  }
  // Outside: what this throws is not the work's.
  succeed(value as T)
}
