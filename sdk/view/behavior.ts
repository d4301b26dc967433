import type { Subscription } from 'rxjs'
import { threadView } from './thread-view.js'
import { viewData } from './view-data.js'
import type { AnyTool } from '../contracts.js'
import type { Thread } from '../thread/thread.js'

/** The part of a native page or component that is used here. */
interface NativeInstance {
  setData(patch: Record<string, unknown>): void
  sampanSubscription?: Subscription
}
/** What the host hands a handler: a tap carries `data-*` attributes, an input or form its value. */
interface NativeEvent {
  detail?: { value?: unknown }
  currentTarget?: { dataset?: { id?: string; reason?: string } }
}

/**
 * A native behavior that draws a thread: page data `status`, `messages`, `interrupts`, `queued`, `error`, `label`, kept up
 * to date by patches, and the handlers `onSend`, `onCancel`, `onApprove`, `onDeny`, `onRegenerate` for WXML.
 *
 * @param behavior the host's `Behavior` function: handed in, so that nothing here names a host.
 * @example
 * Page({ behaviors: [threadBehavior(thread, Behavior)] })
 */
export function threadBehavior<Tools extends AnyTool>(thread: Thread<Tools>, behavior: (options: any) => string): string {
  const subscribe = function (this: NativeInstance): void {
    this.sampanSubscription = threadView(thread).patches$.subscribe(patch => this.setData(patch))
  }
  const unsubscribe = function (this: NativeInstance): void {
    this.sampanSubscription?.unsubscribe()
  }
  return behavior({
    data: viewData(thread.state as never),
    lifetimes: { attached: subscribe, detached: unsubscribe },
    methods: {
      onSend(event: NativeEvent) {
        const { value } = event.detail ?? {}
        const text = typeof value === 'object' && value ? (value as { text?: string }).text : value
        thread.send(String(text ?? ''))
      },
      onCancel: () => thread.cancel(),
      onApprove: (event: NativeEvent) => thread.approve(idOf(event)),
      onDeny: (event: NativeEvent) => thread.deny(idOf(event), event.currentTarget?.dataset?.reason),
      onRegenerate: () => void thread.regenerate(),
    },
  })
}

function idOf(event: NativeEvent): string {
  return event.currentTarget?.dataset?.id ?? ''
}
