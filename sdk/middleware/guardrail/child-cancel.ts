import type { CancelSignal } from '../../contracts.js'

/** The run's cancel signal for what is inside, which the guardrail can give as well. */
export function childCancel(parent: CancelSignal): { readonly signal: CancelSignal; cancel(): void } {
  const listeners = new Set<() => void>()
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
        listeners.add(listener)
        const stop = parent.onCancel(listener)
        return () => {
          listeners.delete(listener)
          stop()
        }
      },
    },
    cancel() {
      isCancelled = true
      const waiting = Array.from(listeners)
      listeners.clear()
      waiting.forEach(listener => listener())
    },
  }
}
