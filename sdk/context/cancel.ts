import type { CancelSignal } from '../contracts.js'

/** A {@link CancelSignal} and the function that sets it off. */
export interface CancelSource {
  readonly signal: CancelSignal
  /**
   * Cancels once; later calls change nothing. All listeners are called, whatever one of them throws; the first thing thrown
   * is then thrown here.
   *
   * @returns whether all who had to tell somebody else, a server for one, have been heard: `false` where one of them gave
   *   `false`, or failed. Never rejects.
   */
  cancel(): PromiseLike<boolean>
  /** Stops listening to the parent. Call it when the work is over: a long-lived parent would keep each child. */
  release(): void
}

/** Makes a {@link CancelSignal}. With a parent, cancelling the parent cancels this one too, and waits for what it tells. */
export function createCancel(parent?: CancelSignal): CancelSource {
  let told: PromiseLike<boolean> | undefined
  // Entries and not the functions themselves: the same function may listen twice, and each has its own stop.
  const listeners = new Set<{ readonly listener: () => unknown }>()
  const work: unknown[] = []
  const call = (listener: () => unknown): void => {
    const made = listener()
    // What a listener gives at once means nothing: many give what their last call gave.
    if (made === Object(made)) work.push(made)
  }
  const signal: CancelSignal = {
    get isCancelled() {
      return told !== undefined
    },
    onCancel(listener) {
      const entry = { listener }
      if (told) call(listener)
      else listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
  const cancel = (): PromiseLike<boolean> => {
    if (told) return told
    // A moment later: what is left while the listeners are called tells as well, and is waited for with them.
    const all = (told = Promise.resolve().then(() => allHeard(work)))
    const thrown: unknown[] = []
    // A set leaves out what a listener stops while the others are still being called.
    listeners.forEach(entry => {
      listeners.delete(entry)
      try {
        call(entry.listener)
      } catch (error) {
        thrown.push(error)
      }
    })
    // It may be cancelled because it is left, before its own turn among the parent's listeners.
    if (parent && parent.isCancelled) parent.onCancel(() => all)
    if (thrown.length) throw thrown[0]
    return all
  }
  return { signal, cancel, release: parent ? parent.onCancel(cancel) : () => {} }
}

function allHeard(work: readonly unknown[]): Promise<boolean> {
  return Promise.all(work).then(heard => heard.indexOf(false) < 0, () => false)
}
