import { memoryLedger, type MemoryLedger } from '../context/run-context.js'
import type { LedgerEntry } from '../contracts.js'
import type { SampanError } from '../errors.js'

/** The ledger of a thread: read from memory, stored with the conversation. `clear`: no call can be taken up again. */
export interface StoredLedger extends MemoryLedger {
  /** Takes in what an earlier object had stored. */
  restore(entries: readonly LedgerEntry[]): void
}

/**
 * A ledger whose entries are stored before an effect begins. An entry that is not stored fails `put`, so that the tool
 * does not run. Where the storage answers at once, so does `put`: a tap is not over by then.
 *
 * @param save keeps the conversation with all entries.
 */
export function storedLedger(save: (done: (error: SampanError | null) => void) => void): StoredLedger {
  const memory = memoryLedger()
  return {
    ...memory,
    put(entry) {
      void memory.put(entry)
      // The other steps are stored with what follows from them: the end of a run, a result.
      if (/^(armed|executing)$/.test(entry.state)) return whenSaved(save)
    },
    restore: entries => entries.forEach(entry => void (memory.get(entry.toolCallId) || memory.put(entry))),
  }
}

/** Waits for what was said to be saved; not at all where the storage answers at once. Throws, or rejects, where it was not stored. */
export function whenSaved(save: (done: (error: SampanError | null) => void) => void): void | PromiseLike<void> {
  let outcome: { error: SampanError | null } | undefined
  let settle: ((error: SampanError | null) => void) | undefined
  save(error => (settle ? settle(error) : (outcome = { error })))
  if (!outcome) return new Promise((resolve, reject) => (settle = error => (error ? reject(error) : resolve())))
  if (outcome.error) throw outcome.error
}
