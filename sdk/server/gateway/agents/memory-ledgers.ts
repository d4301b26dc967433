import { memoryLedger, type ToolLedger } from '../../../index.js'
import type { HostedLedgers } from './host-agent.js'

/** Conversations of which ledgers are kept. Those that were used last stay. */
const maxLedgers = 10_000

/** Ledgers in this process: gone when it ends, after which an approval that was given before is asked for again. */
export function memoryLedgers(): HostedLedgers {
  const byThread = new Map<string, { userId: string; ledger: ToolLedger }>()
  return {
    open(userId, threadId) {
      const key = JSON.stringify([userId, threadId])
      const known = byThread.get(key) ?? { userId, ledger: memoryLedger() }
      byThread.delete(key)
      byThread.set(key, known)
      if (byThread.size > maxLedgers) byThread.delete(byThread.keys().next().value!)
      return known.ledger
    },
    erase(userId) {
      for (const [key, kept] of byThread) if (kept.userId === userId) byThread.delete(key)
    },
  }
}
