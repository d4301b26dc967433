import type { Observable } from 'rxjs'
import type { AskNode } from './flow-json.js'
import { act, settle, takeAnswer, wait, waitingAt, type Place } from './flow-run.js'
import { fill } from './predicate.js'
import type { Validation } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { validateWith } from '../protocol/schema.js'

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
      const checked: Validation<unknown> = payload === null || !schema ? { ok: true, value: payload } : validateWith(schema, payload)
      if (checked.ok) return settle(place, payload)
      issues = checked.issues
    }
    const expires = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString()
    return wait(place, [{ id, reason: 'input_required', message: fill(message, scope), responseSchema: schema, expiresAt: expires, metadata: { sampan: { step, label, issues } } }], { expiresAt })
  })
}
