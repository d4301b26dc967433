import type { Subscriber } from 'rxjs'
import { unwaited } from './ledger.js'
import { createCancel } from '../context/cancel.js'
import type { RunContext, ToolContext } from '../contracts.js'
import { customEvent } from '../protocol/custom-events.js'
import type { AgentEvent } from '../protocol/events.js'

/** A call that is being made. */
export interface OpenCall {
  /** What its tool is told besides who calls. */
  readonly told: Pick<ToolContext, 'toolCallId' | 'userId' | 'cancel' | 'progress'>
  /** Tells the tool to stop. One that fails meanwhile has been told. */
  tell(): void
}

/** Opens a call: until it is over, leaving cancels it, and it may tell how far it has come. */
export function openCall(context: RunContext, toolCallId: string, subscriber: Subscriber<AgentEvent>, isOver: () => boolean): OpenCall {
  const { signal, cancel, release } = createCancel(context.cancel)
  const tell = (): void => unwaited({ context }, cancel, 'tool-cancel-failed', { toolCallId })
  subscriber.add(() => {
    release()
    if (!isOver()) tell()
  })
  const progress = (value: unknown): void => {
    if (!isOver() && !subscriber.closed) subscriber.next(customEvent('sampan:tool-progressed', { toolCallId, progress: value }))
  }
  return { told: { toolCallId, userId: context.userId, cancel: signal, progress }, tell }
}
