import type { HostCallback, Storage } from '../../sdk/platform/platform.js'
import type { Random } from './random.js'

/** Storage of a phone that may die at any moment. What it has confirmed stays; what it has not is anybody's guess. */
export interface WeakStorage extends Storage {
  /** The phone dies: each write under way is lost, done, or done in part. Nothing is answered any more. */
  die(): void
}

interface Write { key: string; value: string | undefined; done: HostCallback<void>; isDone: boolean }

/**
 * Storage over a map that outlives it. Writes take their time and may overtake each other, though not those of the same
 * key: no host does that.
 */
export function weakStorage(kept: Map<string, string>, random: Random): WeakStorage {
  const writes: Write[] = []
  let isDead = false
  const apply = ({ key, value }: Write): void => void (value === undefined ? kept.delete(key) : kept.set(key, value))
  const finish = (write: Write): void => {
    if (isDead || write.isDone) return
    const earlier = writes.find(({ key }) => key === write.key)!
    if (earlier !== write) return void setTimeout(() => finish(write), 1)
    write.isDone = true
    writes.splice(writes.indexOf(write), 1)
    apply(write)
    write.done(null)
  }
  const begin = (key: string, value: string | undefined, done: HostCallback<void>): void => {
    const write: Write = { key, value, done, isDone: false }
    writes.push(write)
    setTimeout(() => finish(write), random.between(0, 4))
  }
  const answer = <T>(done: HostCallback<T>, read: () => T): void => {
    setTimeout(() => void (isDead || done(null, read())), random.between(0, 1))
  }
  return {
    get: (key, done) => answer(done, () => kept.get(key)),
    keys: done => answer(done, () => [...kept.keys()]),
    set: (key, value, done) => begin(key, value, done),
    delete: (key, done) => begin(key, undefined, done),
    die() {
      isDead = true
      for (const write of writes) {
        if (random.chance(0.4)) continue
        const isTorn = write.value !== undefined && random.chance(0.4)
        apply(isTorn ? { ...write, value: write.value!.slice(0, random.between(0, write.value!.length)) } : write)
      }
    },
  }
}
