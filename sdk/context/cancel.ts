import type { CancelSignal } from '../contracts.js'

/** A {@link CancelSignal} and the function that sets it off. */
export interface CancelSource {
  readonly signal: CancelSignal
  /**
   * Cancels once; later calls do nothing. All listeners are called, whatever one of them throws; the first thing thrown
   * is then thrown here.
   */
  cancel(): void
  /** Stops listening to the parent. Call it when the work is over: a long-lived parent would keep each child. */
  release(): void
}

/** Makes a {@link CancelSignal}. With a parent, cancelling the parent cancels this one too. */
export function createCancel(parent?: CancelSignal): CancelSource {
  let isCancelled = false
  // Entries and not the functions themselves: the same function may listen twice, and each has its own stop.
  const listeners = new Set<{ readonly call: () => void }>()
  const signal: CancelSignal = {
    get isCancelled() {
      return isCancelled
    },
    onCancel(listener) {
      const entry = { call: listener }
      if (isCancelled) listener()
      else listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
  const cancel = (): void => {
    if (isCancelled) return
    isCancelled = true
    const thrown: unknown[] = []
    // A set leaves out what a listener stops while the others are still being called.
    listeners.forEach(entry => {
      listeners.delete(entry)
      try {
        entry.call()
      } catch (error) {
        thrown.push(error)
      }
    })
    if (thrown.length) throw thrown[0]
  }
  const stop = parent?.onCancel(cancel)
  return { signal, cancel, release: () => stop?.() }
}
