import { randomUUID } from 'node:crypto'
import type { LedgerEntry, ToolLedger } from '../../../index.js'

/** Where the gateway keeps what tool calls of a conversation have been done, from one of its runs to the next. */
export interface HostedLedgers {
  /** The ledger of a user's thread, as it is now. */
  open(userId: string, threadId: string): Promise<ToolLedger>
  /** Forgets a user. What a run that still goes on would write is refused, so that its tools do nothing more. */
  erase(userId: string): Promise<void>
  /** Ends connections and timers. Nothing may be called after it. */
  close(): Promise<void>
}

/** Whose ledger it is, and of which thread. */
export interface LedgerKey { userId: string; threadId: string }

/** A ledger as it is stored. */
export interface StoredLedger {
  /** Another each time it is made: one that was forgotten meanwhile is not gone on with. */
  epoch: string
  /** A text for each call. */
  texts: Iterable<[toolCallId: string, text: string]>
}

/** The text of one call that is to be another. */
export interface LedgerSwap {
  toolCallId: string
  /** What stands there as far as the writer knows: nothing, of a new call. */
  before: string | undefined
  text: string
}

/** Texts by user, thread and call. Implementations pass the suite in `__fixtures__/hosted-ledgers-suite.ts`. */
export interface LedgerStore {
  /** Opens a ledger, made where there is none, and keeps it from now on. Of too many of a user those go that were opened longest ago. */
  open(key: LedgerKey): Promise<StoredLedger>
  /** Writes a text. `false`, and nothing is written, where another stands there, or the ledger is not that one any more. To write the same twice does nothing. */
  swap(key: LedgerKey, epoch: string, swap: LedgerSwap): Promise<boolean>
  erase(userId: string): Promise<void>
  close(): Promise<void>
}

/** Threads of one user of which ledgers are kept, bytes of one of them, and milliseconds since it was last opened. */
export const ledgerLimits = { maxThreadsPerUser: 100, maxBytesPerThread: 1024 * 1024, ttlMs: 30 * 24 * 3_600_000 }

/** The shape of a text. Another number is another shape. */
const version = 1

/**
 * Ledgers over a store that several runs, and several gateways, write at the same time. A run reads its thread's ledger when
 * it begins; of two runs that take up the same call one succeeds, and the tool of the other does not run.
 */
export function ledgersOver(store: LedgerStore): HostedLedgers {
  return {
    async open(userId, threadId) {
      const key = { userId, threadId }
      const { epoch, texts } = await store.open(key)
      return createLedger(texts, swap => store.swap(key, epoch, swap))
    },
    erase: store.erase,
    close: store.close,
  }
}

function createLedger(stored: StoredLedger['texts'], swap: (swap: LedgerSwap) => Promise<boolean>): ToolLedger {
  const texts = new Map(stored)
  const entries = new Map([...texts].map(([id, text]) => [id, entryOf(text)]))
  // Calls that another run has in hand, and this one must leave alone.
  const lost = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()
  const write = async (entry: LedgerEntry): Promise<void> => {
    const { toolCallId } = entry
    // A word of its own in each: no two writers write the same, and no text comes back.
    const text = JSON.stringify([version, randomUUID(), entry])
    if (lost.has(toolCallId) || !(await swap({ toolCallId, before: texts.get(toolCallId), text }))) {
      lost.add(toolCallId)
      throw new Error('another run of this conversation has taken this call, or it was erased; whether it took effect is unknown.')
    }
    texts.set(toolCallId, text)
  }
  return {
    get: toolCallId => entries.get(toolCallId),
    put(entry) {
      entries.set(entry.toolCallId, entry)
      const work = last.then(() => write(entry))
      last = work.catch(() => {})
      return work
    },
  }
}

function entryOf(text: string): LedgerEntry {
  const [written, , entry] = JSON.parse(text) as [number, string, LedgerEntry]
  if (written !== version) throw new Error(`A newer version (${written}) of the gateway wrote this ledger.`)
  return entry
}
