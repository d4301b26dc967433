import type { Observable } from 'rxjs'
import { transform } from '../protocol/transform.js'
import { askGateway } from '../transport/ask-gateway.js'
import type { Connection } from '../transport/connect.js'
import { unlessErasing } from '../transport/while-erasing.js'

/** What a person thinks of an answer. */
export interface Feedback {
  /** The thread's id. */
  threadId: string
  /** The message's, as the thread shows it. */
  messageId: string
  runId?: string
  /** `none` takes back what was said before. */
  rating: 'up' | 'down' | 'none'
  /** What the answer should have been. At most 10 000 characters. */
  correction?: string
  /** Reasons a person picked: at most 20, of 64 characters. */
  labels?: string[]
}

/**
 * Sends feedback to the gateway. Of one message the last feedback counts. Nothing is sent before it is subscribed to; emits
 * once, then completes; fails with a SampanError.
 *
 * @example
 * sendFeedback(connection, { threadId: thread.id, messageId: message.id, rating: 'up' }).subscribe()
 */
export function sendFeedback(connection: Connection, feedback: Feedback): Observable<void> {
  return unlessErasing(connection.platform.storage, askGateway<{ isKept: boolean }>(connection, '/feedback', feedback, 'isKept')).pipe(transform<unknown, void>(emit => ({ next: () => emit(undefined) })))
}
