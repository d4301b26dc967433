import { Observable } from 'rxjs'
import { SampanError } from '../errors.js'
import type { Storage } from '../platform/platform.js'

// What a user sends to be kept at the gateway must not arrive there after all that it keeps of them was erased.

/** Whoever uses a phone stands in its storage: a request over another connection is theirs as well. */
interface Cell { erasing: number; underway: number; idle: (() => void)[] }

const cells = /* @__PURE__ */ new WeakMap<Storage, Cell>()

function cellOf(storage: Storage): Cell {
  let cell = cells.get(storage)
  if (!cell) cells.set(storage, (cell = { erasing: 0, underway: 0, idle: [] }))
  return cell
}

/**
 * A request with something in it that the gateway keeps. Fails with `transport/failed`, and sends nothing, while whoever uses
 * the phone is being erased.
 */
export function unlessErasing<Answer>(storage: Storage, answer$: Observable<Answer>): Observable<Answer> {
  return new Observable(subscriber => {
    const cell = cellOf(storage)
    if (cell.erasing) return subscriber.error(new SampanError('transport/failed', 'Nothing is sent to be kept while the user is being erased.', { retryable: true }))
    cell.underway++
    subscriber.add(() => {
      if (!--cell.underway) cell.idle.splice(0).forEach(go => go())
    })
    return answer$.subscribe(subscriber)
  })
}

/** Does something when all requests are over that send what is kept; until it is done none of them begins. */
export async function whileErasing<T>(storage: Storage, work: () => Promise<T>): Promise<T> {
  const cell = cellOf(storage)
  cell.erasing++
  try {
    if (cell.underway) await new Promise<void>(resolve => cell.idle.push(resolve))
    return await work()
  } finally {
    cell.erasing--
  }
}
