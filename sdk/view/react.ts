import { useMemo, useSyncExternalStore } from 'react'
import type { AnyTool } from '../contracts.js'
import type { ThreadState } from '../thread/messages.js'
import type { Thread } from '../thread/thread.js'

/** A thread's state in a component, and the same fields one by one. */
export type UseThread<Tools extends AnyTool = AnyTool> = ThreadState<Tools> & { readonly state: ThreadState<Tools> }

/**
 * Follows a thread in a React component: renders in the thread's rhythm (`flushMs`), not once a token.
 * What a person does goes to the thread itself (`thread.send(…)`).
 */
export function useThread<Tools extends AnyTool>(thread: Thread<Tools>): UseThread<Tools> {
  const store = useMemo(() => createStore(thread), [thread])
  const state = useSyncExternalStore(store.subscribe, store.read, store.read)
  return useMemo(() => ({ ...state, state }), [state])
}

/** What is read between two flushes is what was shown last: React asks for one stable object. */
function createStore<Tools extends AnyTool>(thread: Thread<Tools>) {
  let shown = thread.state
  return {
    read: () => shown,
    subscribe(changed: () => void) {
      const subscription = thread.state$.subscribe(state => {
        if (state === shown) return
        shown = state
        changed()
      })
      return () => subscription.unsubscribe()
    },
  }
}
