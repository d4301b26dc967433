import type { Conversation } from './conversation.js'
import type { ThreadMessage } from './messages.js'
import { createPageStore, type PageStore } from './page-store.js'
import { messageRecords, type ThreadRest } from './records.js'
import type { StoredLedger } from './stored-ledger.js'
import type { Clock, Storage } from '../platform/platform.js'
import { UNNAMED_PREFIX, userPrefix } from '../platform/signed-in-user.js'

/** Where the conversation of one user is stored. */
export interface Place {
  readonly user: string | undefined
  readonly store: PageStore<ThreadMessage, ThreadRest>
  /** Nothing is written there. */
  isLocked: boolean
  /** The conversation here becomes another's: whatever is still to be written is what there is now. */
  freeze(): void
}

/** What is stored of a thread, and where its places are. */
export interface PlaceOptions {
  readonly id: string
  readonly conversation: Conversation
  readonly clock: Clock
  readonly persist?: boolean
}

/** The place of a thread that belongs to this user, or to nobody by name. */
export function openPlace({ id, conversation, clock, persist = true }: PlaceOptions, storage: Storage, ledger: StoredLedger, user: string | undefined): Place {
  const now = () => {
    const { state, agentState, checkpoint, children, summary, copied } = conversation
    conversation.isUnsaved = false
    const rest: ThreadRest = { interrupts: conversation.unsettledInterrupts(), ledger: ledger.entries(), agentState, checkpoint, children: Array.from(children.values()), summary, copied }
    return { at: clock.now(), items: state.messages, rest }
  }
  let last: ReturnType<typeof now> | undefined
  const key = (user === undefined ? UNNAMED_PREFIX : userPrefix(user)) + id
  const store = createPageStore(storage, key, { ...messageRecords, now: () => last ?? now() })
  return { user, store, isLocked: !persist || user === '', freeze: () => void (last = now()) }
}
