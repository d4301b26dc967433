import type { Observable } from 'rxjs'
import type { Checkpoint, RunContext, RunInput } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import { of, settled } from '../../protocol/streams.js'

/** The shape of what a run keeps. Another number is another shape. */
const VERSION = 1

/** Where a run's events are: under the id of a log that begins, or of one that was begun before. */
export interface Place { readonly logId: string; readonly joins?: boolean }

/** Finds the log of a run and hands it over, then completes; emits nothing. A run that begins is noted where a gateway keeps it. */
export function findPlace({ runId, attach }: RunInput, { checkpoints, ids, trace }: RunContext, isKept: boolean, found: (place: Place) => void): Observable<never> {
  if (!attach) {
    const logId = ids('log')
    found({ logId })
    if (!isKept) return of()
    // Nobody waits for it: without it the run only cannot go on after the app was killed.
    const failed = (thrown: unknown): void => trace('checkpoint-failed', { runId, message: String(thrown) })
    try {
      Promise.resolve(checkpoints.save({ runId, version: VERSION, data: { logId } })).then(undefined, failed)
    } catch (thrown) {
      failed(thrown)
    }
    return of()
  }
  const read = (checkpoint: Checkpoint | undefined): void => {
    if (checkpoint?.version !== VERSION) throw new SampanError('agent/invalid', 'There is no checkpoint of this run to go on from.')
    found({ logId: (checkpoint.data as { logId: string }).logId, joins: true })
  }
  return settled(Promise.resolve(checkpoints.load(attach.runId)).then(read))
}
