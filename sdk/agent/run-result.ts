import type { Observable } from 'rxjs'
import { createRunContext } from '../context/run-context.js'
import type { Agent, RunContext, RunInput } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import { defer } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

/** What a run is about: a sentence, or a whole input. */
export type Asked = string | (Partial<RunInput> & Pick<RunInput, 'messages'>)

/**
 * Runs an agent for its result alone: emits it once, with the type of the agent's `output`, and completes. Subscribing
 * runs, unsubscribing leaves the run. It fails with the run's error; with `agent/output-invalid` where the run ends without
 * a result, since a person is asked, somebody cancelled, or nothing was asked for.
 *
 * @param context parts of the run's context; the rest is in memory.
 * @example
 * runResult(agent, '明天去深圳').subscribe({ next: trip => show(trip.city), error: e => toast(e.message) })
 */
export function runResult<Output>(agent: Agent<any, Output>, asked: Asked, context?: Partial<RunContext>): Observable<Output> {
  return defer(() => {
    const full = createRunContext(context)
    const { ids } = full
    const given = typeof asked === 'string' ? { messages: [{ id: ids('user'), role: 'user' as const, content: asked }] } : asked
    return agent({ threadId: ids('thread'), runId: ids('run'), tools: [], context: [], ...given }, full).pipe(resultOnly<Output>())
  })
}

function resultOnly<Output>() {
  return transform<AgentEvent, Output>((emit, end) => ({
    next(event) {
      if (event.type === 'RUN_ERROR') throw new SampanError((event.code ?? 'agent/invalid') as ErrorCode, event.message)
      if (event.type !== 'RUN_FINISHED') return
      const { outcome, result } = event
      const how = outcome?.type ?? 'success'
      if (how !== 'success' || result === undefined) throw new SampanError('agent/output-invalid', how === 'success' ? 'The run has no result: give its agent an `output`.' : 'The run ended with "' + how + '", and without a result.')
      emit(result as Output)
      end()
    },
    complete() {
      throw new SampanError('transport/truncated', 'The run ended without saying how.')
    },
  }))
}
