import type { Observable } from 'rxjs'
import { defer, sequence } from '../protocol/streams.js'
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

/** `erasedAt`: it is not kept, since its user was erased then, `erasedMs` ago, and whoever sent it did not say that they know. */
interface Answer { isKept: boolean; erasedAt?: number; erasedMs?: number }

/**
 * Sends feedback to the gateway. Of one message the last feedback counts. Nothing is sent before it is subscribed to; emits
 * once, then completes; fails with a SampanError. Of a user who was erased meanwhile, from another phone for one, it is not
 * kept, which is no failure.
 *
 * @example
 * sendFeedback(connection, { threadId: thread.id, messageId: message.id, rating: 'up' }).subscribe()
 */
export function sendFeedback(connection: Connection, feedback: Feedback): Observable<void> {
  const sending = defer(() => {
    const givenAt = Date.now()
    const send = (after?: number): Observable<void> =>
      askGateway<Answer>(connection, '/feedback', { ...feedback, after }, 'isKept').pipe(
        transform(emit => ({
          next({ erasedAt, erasedMs }) {
            // Given after the erasure: it is sent once more, by who knows of it.
            if (erasedMs! > Date.now() - givenAt) again = send(erasedAt)
            else emit(undefined)
          },
        })),
      )
    let again: Observable<void> | undefined = send()
    return sequence(() => {
      const next = again
      again = undefined
      return next
    })
  })
  return unlessErasing(connection.platform.storage, sending)
}
