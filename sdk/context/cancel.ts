import type { CancelSignal } from '../contracts.js'

/** A {@link CancelSignal} and the function that sets it off. */
export interface CancelSource {
  readonly signal: CancelSignal
  /** Cancels once; later calls do nothing. */
  cancel(): void
}

/** Makes a {@link CancelSignal}. With a parent, cancelling the parent cancels this one too. */
export function createCancel(parent?: CancelSignal): CancelSource {
  let isCancelled = false
  let listeners: (() => void)[] = []
  const signal: CancelSignal = {
    get isCancelled() {
      return isCancelled
    },
    onCancel(listener) {
      if (isCancelled) listener()
      else listeners.push(listener)
      return () => {
        listeners = listeners.filter(other => other !== listener)
      }
    },
  }
  const cancel = (): void => {
    if (isCancelled) return
    isCancelled = true
    const toCall = listeners
    listeners = []
    toCall.forEach(listener => listener())
  }
  parent?.onCancel(cancel)
  return { signal, cancel }
}
