import { unsettledInterrupts } from './conversation.js'
import { snapshot } from './live-message.js'
import { createPageStore, type PageStore } from './page-store.js'
import { messageRecords, type ThreadItem, type ThreadRest } from './records.js'
import type { StoredLedger } from './stored-ledger.js'
import type { StorePlace } from './thread-store.js'
import type { Storage } from '../platform/platform.js'
import { userPrefix, type KnownUser } from '../platform/signed-in-user.js'

/** Where the conversation of one user is stored. */
export interface Place {
  user: string | undefined
  readonly store: PageStore<ThreadItem, ThreadRest>
  /** Nothing is written there. */
  isLocked: boolean
  /** The conversation here becomes another's: whatever is still to be written is what there is now. */
  freeze(): void
}

/** The place of a thread that belongs to this user. */
export function openPlace({ id, conversation, clock }: Pick<StorePlace, 'id' | 'conversation' | 'clock'>, storage: Storage, ledger: StoredLedger, known: KnownUser): Place {
  const { user } = known
  const now = () => {
    const { settled, live, agentState, checkpoint, children, summary, copied } = conversation
    conversation.isUnsaved = false
    const rest: ThreadRest = { interrupts: unsettledInterrupts(conversation), ledger: ledger.entries(), agentState, checkpoint, summary, copied }
    const items = (settled as readonly ThreadItem[]).concat(Array.from(children.values()), live && live.parts.length ? snapshot(live) : [])
    return { at: clock.now(), items, rest }
  }
  let last: ReturnType<typeof now> | undefined
  const store = createPageStore(storage, userPrefix(known) + id, { ...messageRecords, now: () => last ?? now() })
  return { user, store, isLocked: user === '', freeze: () => void (last = now()) }
}
