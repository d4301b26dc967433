import type { Conversation } from './conversation.js'
import { createRecordStore } from './record-store.js'
import { fromRecord, toRecord } from './records.js'
import type { LedgerEntry } from '../contracts.js'
import { isSampanError, toSampanError, type SampanError } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { Storage } from '../platform/platform.js'

/** Where a thread keeps itself. */
export interface Persistence {
  /** Fills the conversation from storage, then calls back; with an error the conversation stays empty. */
  restore(done: (ledger: LedgerEntry[], error?: SampanError) => void): void
  save(): void
  delete(): void
}

/**
 * Keeps a conversation under its id. Called where something settled (a message, a tool result, a run), not per token.
 * A record that a newer version wrote is neither read nor overwritten.
 */
export function createPersistence(
  storage: Storage,
  id: string,
  conversation: Conversation,
  ledger: () => LedgerEntry[],
  onError: (error: SampanError) => void,
): Persistence {
  const store = createRecordStore(storage, 'sampan/thread/' + id)
  let isLocked = false
  return {
    restore(done) {
      store.read((error, text) => {
        if (error || text === undefined) return done([], error ?? undefined)
        try {
          const record = fromRecord(parseJson(text))
          conversation.settled = record.messages
          conversation.interrupts = record.interrupts
          conversation.agentState = record.agentState
          done(record.ledger)
        } catch (thrown) {
          isLocked = isSampanError(thrown, 'thread/record-newer')
          done([], toSampanError(thrown, 'thread/record-damaged'))
        }
      })
    },
    save() {
      if (isLocked) return
      const { interrupts, agentState, state } = conversation
      const record = toRecord(state.messages, { interrupts: interrupts.slice(), ledger: ledger(), agentState })
      store.write(JSON.stringify(record), error => error && onError(error))
    },
    delete() {
      if (!isLocked) store.delete()
    },
  }
}
