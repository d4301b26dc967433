import type { LedgerEntry, ToolLedger } from '../contracts.js'
import type { SampanError } from '../errors.js'

/** The ledger of a thread: read from memory, stored with the conversation. */
export interface StoredLedger extends ToolLedger {
  entries(): LedgerEntry[]
  /** Takes in what an earlier object had stored. */
  restore(entries: readonly LedgerEntry[]): void
  /** Forgets every call: none of them can be taken up again. */
  clear(): void
}

/**
 * A ledger whose entries are stored before an effect begins. An entry that is not stored fails `put`, so that the tool
 * does not run. Where the storage answers at once, so does `put`: a tap is not over by then.
 *
 * @param save keeps the conversation with all entries; without it they last as long as the object.
 */
export function storedLedger(save?: (done: (error: SampanError | null) => void) => void): StoredLedger {
  const byId = new Map<string, LedgerEntry>()
  return {
    get: toolCallId => byId.get(toolCallId),
    put(entry) {
      byId.set(entry.toolCallId, entry)
      // The other steps are stored with what follows from them: the end of a run, a result.
      if (save && (entry.state === 'armed' || entry.state === 'executing')) return whenSaved(save)
    },
    entries: () => Array.from(byId.values()),
    restore: entries => entries.forEach(entry => void (byId.has(entry.toolCallId) || byId.set(entry.toolCallId, entry))),
    clear: () => byId.clear(),
  }
}

function whenSaved(save: (done: (error: SampanError | null) => void) => void): void | PromiseLike<void> {
  let outcome: { error: SampanError | null } | undefined
  let settle: ((error: SampanError | null) => void) | undefined
  save(error => (settle ? settle(error) : (outcome = { error })))
  if (!outcome) return new Promise((resolve, reject) => (settle = error => (error ? reject(error) : resolve())))
  if (outcome.error) throw outcome.error
}
