import { randomUUID } from 'node:crypto'
import { createNamesByUser } from '../names-by-user.js'
import { type HostedLedgers, ledgerLimits, type LedgerKey, ledgersOver } from './hosted-ledgers.js'

/** How much {@link memoryLedgers} keep. */
export interface MemoryLedgersOptions {
  /** Bytes of all ledgers together, above which those go that were opened longest ago. Default 64 MiB. */
  maxBytes?: number
  /** Milliseconds since 1970. Default `Date.now`. */
  now?: () => number
}

interface MemoryLedger { userId: string; epoch: string; expiresAt: number; texts: Map<string, string>; bytes: number }

/** What an empty ledger, and a call, weigh besides their texts, in bytes. */
const overhead = 256

/** Ledgers in this process: gone when it ends, after which an approval that was given before is asked for again. */
export function memoryLedgers({ maxBytes = 64 * 1024 * 1024, now = Date.now }: MemoryLedgersOptions = {}): HostedLedgers {
  const { maxThreadsPerUser, maxBytesPerThread, ttlMs } = ledgerLimits
  // In the order in which they were opened.
  const ledgers = new Map<string, MemoryLedger>()
  const names = createNamesByUser()
  let bytes = 0
  const nameOf = ({ userId, threadId }: LedgerKey): string => JSON.stringify([userId, threadId])
  const forget = (name: string): void => {
    const ledger = ledgers.get(name)
    if (!ledger) return
    ledgers.delete(name)
    names.delete(ledger.userId, name)
    bytes -= ledger.bytes
  }
  const weigh = (ledger: MemoryLedger, more: number): void => {
    ledger.bytes += more
    bytes += more
  }
  const makeRoom = (): void => {
    for (const [name, { expiresAt }] of ledgers) {
      if (expiresAt > now() && bytes <= maxBytes) return
      forget(name)
    }
  }
  return ledgersOver({
    async open(key) {
      makeRoom()
      const name = nameOf(key)
      const ledger = ledgers.get(name) ?? { userId: key.userId, epoch: randomUUID(), expiresAt: 0, texts: new Map(), bytes: overhead }
      forget(name)
      ledgers.set(name, ledger)
      names.add(key.userId, name)
      bytes += ledger.bytes
      ledger.expiresAt = now() + ttlMs
      names.of(key.userId).slice(0, -maxThreadsPerUser).forEach(forget)
      return { epoch: ledger.epoch, texts: [...ledger.texts] }
    },
    async swap(key, epoch, { toolCallId, before, text }) {
      const ledger = ledgers.get(nameOf(key))
      if (ledger?.epoch !== epoch || ledger.texts.get(toolCallId) !== before) return false
      const weightOf = (known: string | undefined): number => (known === undefined ? 0 : Buffer.byteLength(known) + overhead)
      weigh(ledger, weightOf(text) - weightOf(before))
      ledger.texts.set(toolCallId, text)
      for (const [old, known] of ledger.texts) {
        if (ledger.bytes <= maxBytesPerThread || old === toolCallId) break
        ledger.texts.delete(old)
        weigh(ledger, -weightOf(known))
      }
      makeRoom()
      return true
    },
    async erase(userId) {
      names.of(userId).forEach(forget)
    },
    async close() {},
  })
}
