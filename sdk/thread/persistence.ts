import type { Conversation, StoredCheckpoint } from './conversation.js'
import type { ThreadMessage } from './messages.js'
import { createPageStore } from './page-store.js'
import { afterKill, messageRecords, type ThreadRest } from './records.js'
import { storedLedger, type StoredLedger } from './stored-ledger.js'
import type { SampanError } from '../errors.js'
import type { Clock, Storage } from '../platform/platform.js'

/** What the keys of stored threads begin with. */
export const THREAD_PREFIX = 'sampan/thread/'

/** Where a thread keeps itself. */
export interface Persistence {
  readonly ledger: StoredLedger
  /** Fills conversation and ledger from storage, then calls back; with an error if not all of it could be read. */
  restore(done: (error: SampanError | null) => void): void
  save(): void
  forget(): void
}

/**
 * Keeps a conversation under its id. Called where something settled (a message, a tool result, a run), not per token.
 * A record that a newer version wrote, or that the host did not hand out, is not overwritten.
 *
 * @param storage without it nothing is kept.
 * @param canGoOn whether a run that was under way when the app was killed can go on from this checkpoint.
 */
export function createPersistence(
  storage: Storage | undefined,
  id: string,
  conversation: Conversation,
  clock: Clock,
  canGoOn: (checkpoint: StoredCheckpoint) => boolean,
  onError: (error: SampanError) => void,
): Persistence {
  if (!storage) return { ledger: storedLedger(), restore: done => done(null), save() {}, forget() {} }
  let isLocked = false
  const store = createPageStore(storage, THREAD_PREFIX + id, {
    ...messageRecords,
    now() {
      const { state, agentState, checkpoint } = conversation
      return { at: clock.now(), items: state.messages, rest: { interrupts: conversation.unsettledInterrupts(), ledger: ledger.entries(), agentState, checkpoint } }
    },
  })
  const save = (done: (error: SampanError | null) => void): void => (isLocked ? done(null) : store.save(done))
  const ledger = storedLedger(save)
  return {
    ledger,
    restore(done) {
      store.read((error, messages, rest) => {
        // What could not be read is not overwritten either: it may be there again next time.
        isLocked = error !== null && error.code !== 'thread/record-damaged'
        fill(conversation, messages, canGoOn, rest)
        if (rest) ledger.restore(rest.ledger)
        done(error)
      })
    },
    save: () => save(error => error && onError(error)),
    forget() {
      if (!isLocked) store.delete()
    },
  }
}

function fill(
  conversation: Conversation,
  messages: ThreadMessage[],
  canGoOn: (checkpoint: StoredCheckpoint) => boolean,
  rest: ThreadRest = { interrupts: [], ledger: [] },
): void {
  const { interrupts, checkpoint } = rest
  conversation.interrupts = interrupts
  conversation.agentState = rest.agentState
  const last = messages[messages.length - 1]
  const isOpen = last?.status === 'streaming'
  if (checkpoint && !interrupts.length && canGoOn(checkpoint)) {
    conversation.checkpoint = checkpoint
    if (isOpen) conversation.broken = afterKill(messages.pop()!, rest)
    if (isOpen && checkpoint.parts) messages.push({ ...last, parts: last.parts.slice(0, checkpoint.parts) })
  } else if (isOpen) messages.push(afterKill(messages.pop()!, rest))
  conversation.settled = messages
}
