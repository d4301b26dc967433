import { Observable } from 'rxjs'
import { diffState, sentOf, type Sent, type ViewPatch } from './diff-state.js'
import { viewData, type ViewData } from './view-data.js'
import type { AnyTool } from '../contracts.js'
import type { Thread } from '../thread/thread.js'

/** A conversation as page data: a whole at first, then only what is new. */
export interface ThreadView {
  /** What the first `setData` of a page takes. */
  readonly data: ViewData
  /**
   * Patches for `setData`: the whole at once, then what is new, in the thread's rhythm (`flushMs`). Text that
   * grows is appended, never sent again, so the bytes of an answer stay linear in its length.
   */
  readonly patches$: Observable<ViewPatch>
}

/** Makes the page data of a thread. One view a page; several may follow one thread. */
export function threadView<Tools extends AnyTool>(thread: Thread<Tools>): ThreadView {
  return {
    get data() {
      return viewData(thread.state as never)
    },
    patches$: new Observable(subscriber => {
      let sent: Sent | undefined
      return thread.state$.subscribe(state => {
        const patch = sent ? diffState(sent, state as never) : { ...viewData(state as never) }
        sent = sentOf(state as never, sent)
        if (patch) subscriber.next(patch as ViewPatch)
      })
    }),
  }
}
