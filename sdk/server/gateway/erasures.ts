/** When users were erased, by one store. What was sent to be kept before, and comes late, is known by it and refused. */
export interface Erasures {
  /** In milliseconds since 1970; 0: never, or it is forgotten. */
  at(userId: string): number
  /** Remembers an erasure for `ttlMs` milliseconds. */
  remember(userId: string, at: number, ttlMs: number): void
}

/** How many erasures are remembered in memory: of more, those of longest ago are forgotten. */
const maxErasures = 100_000
/** How often those whose time is over are looked for, in milliseconds. */
const sweepMs = 30_000

/** Remembers erasures in this process. */
export function memoryErasures(now: () => number): Erasures {
  // By user, in the order in which they were made.
  const erasures = new Map<string, { at: number; expiresAt: number }>()
  let sweepAt = 0
  const sweep = (): void => {
    if (erasures.size <= maxErasures && now() < sweepAt) return
    sweepAt = now() + sweepMs
    for (const [userId, { expiresAt }] of erasures) if (expiresAt <= now() || erasures.size > maxErasures) erasures.delete(userId)
  }
  return {
    at(userId) {
      const { at, expiresAt } = erasures.get(userId) ?? { at: 0, expiresAt: 0 }
      return expiresAt > now() ? at : 0
    },
    remember(userId, at, ttlMs) {
      erasures.delete(userId)
      erasures.set(userId, { at, expiresAt: now() + ttlMs })
      sweep()
    },
  }
}

/** An erasure now, of what has these versions, after the last one: above all of them. */
export function nextErasure(last: number, now: number, versions: readonly number[] = []): number {
  return versions.reduce((latest, version) => Math.max(latest, version + 1), Math.max(now, last + 1))
}
