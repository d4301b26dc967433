import type { Observable } from 'rxjs'
import type { AskNode } from './flow-json.js'
import { settle, takeAnswer, wait, waitingAt, type Place } from './flow-run.js'
import { checkJson } from '../protocol/check-json.js'
import type { AgentEvent } from '../protocol/events.js'
import { defer, of } from '../protocol/streams.js'

/** Asks a person, or takes the answer: what was declined or came too late is `null`, what does not fit is asked again. */
export function ask(place: Place<AskNode>, message: string): Observable<AgentEvent> {
  return defer(() => {
    const { run, id, node: { schema, label, expiresInMs } } = place
    const now = run.context.clock.now()
    const waited = waitingAt(place) as { expiresAt?: number } | undefined
    const answer = waited && takeAnswer(run, id)
    const expiresAt = waited?.expiresAt ?? (expiresInMs === undefined ? undefined : now + expiresInMs)
    let issues: string | undefined
    if (answer) {
      const payload: unknown = answer.status === 'resolved' && !(expiresAt! < now) ? (answer.payload ?? null) : null
      if (payload !== null && schema) issues = checkJson(schema, payload).map(({ message: text, path }) => path.concat(text).join(': ')).join('; ')
      if (!issues) {
        void settle(place, payload)
        return of<AgentEvent>()
      }
    }
    const metadata = { sampan: { step: place.path, label, issues } }
    const expires = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString()
    return wait(place, [{ id, reason: 'input_required', message, responseSchema: schema, expiresAt: expires, metadata }], { expiresAt })
  })
}
