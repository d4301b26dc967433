import { Observable } from 'rxjs'
import type { Checkpoint, RunContext, RunInput } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import { defer, of, settled } from '../../protocol/streams.js'

/** The shape of what a run keeps. Another number is another shape. */
const VERSION = 1

/** Where a run's events are: under the id of a log that begins, or of one that was begun before. */
export interface Place { readonly logId: string; readonly joins?: boolean }

/**
 * Finds the log of a run and hands it over, then completes; emits nothing. A run that begins is noted where a gateway keeps
 * it, before it is asked for, so that after a kill it is not begun and paid for again. Where that fails, it only cannot go on.
 */
export function findPlace({ runId, attach }: RunInput, { checkpoints, ids, trace }: RunContext, isKept: boolean, found: (place: Place) => void): Observable<never> {
  if (!attach) {
    const logId = ids('log')
    found({ logId })
    return isKept ? stored(() => checkpoints.save({ runId, version: VERSION, data: { logId } }), thrown => trace('checkpoint-failed', { runId, message: String(thrown) })) : of()
  }
  const read = (checkpoint: Checkpoint | undefined): void => {
    if (checkpoint?.version !== VERSION) throw new SampanError('agent/invalid', 'There is no checkpoint of this run to go on from.')
    found({ logId: (checkpoint.data as { logId: string }).logId, joins: true })
  }
  return defer(() => settled(Promise.resolve(checkpoints.load(attach.runId)).then(read)))
}

/** Completes when something is stored, or cannot be: at once where the storage answers at once. */
function stored(save: () => void | PromiseLike<void>, failed: (thrown: unknown) => void): Observable<never> {
  return new Observable(subscriber => {
    const done = (): void => subscriber.complete()
    const goOn = (thrown: unknown): void => {
      failed(thrown)
      done()
    }
    let saving: void | PromiseLike<void>
    try {
      saving = save()
    } catch (thrown) {
      return goOn(thrown)
    }
    if (saving) saving.then(done, goOn)
    else done()
  })
}
