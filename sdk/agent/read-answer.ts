import type { OperatorFunction } from 'rxjs'
import type { ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { transform } from '../protocol/transform.js'

/**
 * Reads what a model says, up to its `finish`: after that an answer has no more to say, whatever a model or what wraps it
 * still sends. One that stops without it was cut, and fails with `transport/truncated`.
 *
 * @param make called once per answer; gives the function that takes each event.
 */
export function readAnswer<R>(make: (emit: (value: R) => void) => (event: ModelEvent) => void): OperatorFunction<ModelEvent, R> {
  return transform<ModelEvent, R>((emit, end) => {
    const read = make(emit)
    return {
      next(event) {
        read(event)
        if (event.type === 'finish') end()
      },
      complete() {
        throw new SampanError('transport/truncated', 'The model stopped before it had finished.', { phase: 'stream', retryable: true })
      },
    }
  })
}
