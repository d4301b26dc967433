import type { CancelSignal } from '../../contracts.js'

/** The run's cancel signal for what is inside, which the guardrail can give as well. */
export function childCancel(parent: CancelSignal): { readonly signal: CancelSignal; cancel(): void } {
  const listeners = new Set<() => unknown>()
  let isCancelled = false
  return {
    signal: {
      get isCancelled() {
        return isCancelled || parent.isCancelled
      },
      onCancel(listener) {
        if (isCancelled) {
          listener()
          return () => {}
        }
        let stop = (): void => {}
        // Both may cancel, one after the other: each listener hears of the first.
        const once = (): unknown => {
          listeners.delete(once)
          stop()
          return listener()
        }
        listeners.add(once)
        stop = parent.onCancel(once)
        return () => {
          listeners.delete(once)
          stop()
        }
      },
    },
    cancel() {
      isCancelled = true
      // A set leaves out what a listener stops meanwhile.
      listeners.forEach(listener => listener())
    },
  }
}
