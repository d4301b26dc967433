import { Observable } from 'rxjs'
import { readHistory } from './history.js'
import { whenDone } from './ledger.js'
import { startOf } from './run-guard.js'
import type { RunState } from './run-state.js'
import type { Checkpoint } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'

/** The shape of what a run keeps. Another number is another shape. */
const VERSION = 1

/** Where a run stood when it called the model: the log the answer is in, and how many calls had been made before. */
interface Data { logId: string; step: number }

/** Keeps where the run stands, before the model is called. Nobody waits for it: without it the run only cannot go on. */
export function saveCheckpoint({ context, input: { runId }, step }: RunState, logId: string): void {
  const data: Data = { logId, step }
  const failed = (thrown: unknown): void => context.trace('checkpoint-failed', { runId, message: String(thrown) })
  whenDone(() => context.checkpoints.save({ runId, version: VERSION, data }), () => {}, failed)
}

/**
 * Goes on with a run whose app was killed: the model call that was open is read again from its log, from its start, and
 * what the tools did after it is in the ledger. The input holds the conversation as it was before that call.
 */
export function attachStep(state: RunState): Observable<AgentEvent> {
  return new Observable(subscriber => {
    const { context, input } = state
    whenDone(
      () => context.checkpoints.load(input.attach!.runId),
      (checkpoint: Checkpoint | undefined) => {
        if (checkpoint?.version !== VERSION) return subscriber.error(new SampanError('agent/invalid', 'There is no checkpoint of this run to go on from.'))
        const { logId, step } = checkpoint.data as Data
        Object.assign(state, { step, joins: logId, phase: 'model' })
        readHistory(state, false)
        subscriber.next(startOf(input))
        subscriber.complete()
      },
      thrown => subscriber.error(thrown),
    )
  })
}
