import type { Checkpoint, CheckpointStore, IdSource, LedgerEntry, RunContext, ToolLedger } from '../contracts.js'
import { systemClock, type Clock } from '../platform/platform.js'
import { createCancel } from './cancel.js'

/** A ledger that lasts as long as the object. */
export interface MemoryLedger extends ToolLedger {
  entries(): LedgerEntry[]
  /** Forgets every call. */
  clear(): void
}

/** Makes a {@link MemoryLedger}. `entries` is what an earlier one held. */
export function memoryLedger(entries: readonly LedgerEntry[] = []): MemoryLedger {
  const byId = new Map(entries.map(entry => [entry.toolCallId, entry]))
  return {
    get: toolCallId => byId.get(toolCallId),
    put(entry) {
      byId.set(entry.toolCallId, entry)
    },
    entries: () => Array.from(byId.values()),
    clear: () => byId.clear(),
  }
}

/** Checkpoints that last as long as the object. */
export function memoryCheckpoints(): CheckpointStore {
  const byRun = new Map<string, Checkpoint>()
  return {
    load: runId => byRun.get(runId),
    save(checkpoint) {
      byRun.set(checkpoint.runId, checkpoint)
    },
    delete(runId) {
      byRun.delete(runId)
    },
  }
}

/**
 * Ids of time, a counter and 52 random bits. They are unique, not secret: no phone offers secure random numbers
 * synchronously, and nothing in Sampan treats an id as a secret.
 */
export function createIds(clock: Clock = systemClock): IdSource {
  let counter = 0
  return kind => {
    const random = Math.floor(Math.random() * 0xfffffffffffff).toString(36)
    return kind + '-' + clock.now().toString(36) + (counter++).toString(36) + random
  }
}

/**
 * A context with everything in memory and no limits, for a run outside a thread.
 * @param parts what to use instead, one by one.
 */
export function createRunContext({
  cancel = createCancel().signal,
  ledger = memoryLedger(),
  checkpoints = memoryCheckpoints(),
  budget = { charge() {}, exhausted: () => undefined },
  clock = systemClock,
  ids = createIds(clock),
  trace = () => {},
  userId,
}: Partial<RunContext> = {}): RunContext {
  return { cancel, ledger, checkpoints, budget, clock, ids, trace, userId }
}
