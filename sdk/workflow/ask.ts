import type { Observable } from 'rxjs'
import type { AskNode } from './flow-json.js'
import { act, settle, takeAnswer, wait, waitingAt, type Place } from './flow-run.js'
import { fill } from './predicate.js'
import { checkJson } from '../protocol/check-json.js'
import type { AgentEvent } from '../protocol/events.js'

/** Asks a person, or takes the answer: what was declined or came too late is `null`, what does not fit is asked again. */
export function ask(place: Place<AskNode>): Observable<AgentEvent> {
  return act(() => {
    const { context: { clock }, id, scope, path: step, node: { message, schema, label, expiresInMs } } = place
    const now = clock.now()
    const waited = waitingAt(place) as { expiresAt?: number } | undefined
    const answer = waited && takeAnswer(place)
    const expiresAt = waited ? waited.expiresAt : expiresInMs === undefined ? undefined : now + expiresInMs
    let issues: string | undefined
    if (answer) {
      const { payload = null } = answer.status === 'resolved' && !(expiresAt! < now) ? answer : {}
      if (payload !== null && schema) issues = checkJson(schema, payload).map(({ message: text, path }) => path.concat(text).join(': ')).join('; ')
      if (!issues) return settle(place, payload)
    }
    const expires = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString()
    return wait(place, [{ id, reason: 'input_required', message: fill(message, scope), responseSchema: schema, expiresAt: expires, metadata: { sampan: { step, label, issues } } }], { expiresAt })
  })
}
