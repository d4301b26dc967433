import { Observable, map, scan, tap } from 'rxjs'
import type { Contender, CreateContender, Job, Run } from '../harness/contender.js'
import type { Feed } from '../harness/feed.js'
import { handWritten } from './parts/hand-written.js'
import { createLineReader } from './parts/lines.js'
import { createNativeDecoder } from './parts/native.js'
import { textOf } from './parts/payloads.js'

interface State { text: string }

/** The bare loop as an RxJS pipeline with immutable state and a copied list: what RxJS itself costs. */
export const create: CreateContender = (_feed, wire): Contender => {
  const run = (job: Job, hasList: boolean): Run => () => {
    let state: State = { text: '' }
    let listLength = 0
    payloads$(job.feed).pipe(
      map(payload => textOf[wire](payload.data, payload.name)),
      scan((before: State, delta) => delta ? { ...before, text: before.text + delta } : before, state),
      tap(next => {
        if (!hasList || next === state) return
        const list = [...job.history, next]
        listLength = list.length
        job.screen.show(listLength, next.text.length)
      })
    ).subscribe(next => { state = next })
    return { text: state.text, ...(hasList ? { listLength } : {}) }
  }
  const byHand = handWritten(wire, (feed, onPayload) => {
    payloads$(feed).subscribe(payload => onPayload(payload.data, payload.name))
  })
  return { ...byHand, chat: job => run(job, false), list: job => run(job, true) }
}

interface Payload { data: unknown; name: string }

function payloads$(feed: Feed): Observable<Payload> {
  const text$ = chunks$(feed).pipe(map(createDecode()))
  return new Observable<Payload>(subscriber => {
    const push = createLineReader((data, name) => subscriber.next({ data, name }))
    return text$.subscribe({ next: push, complete: () => subscriber.complete() })
  })
}

function createDecode(): (bytes: Uint8Array) => string {
  const decoder = createNativeDecoder()
  return bytes => decoder.decode(bytes)
}

const chunks$ = (feed: Feed): Observable<Uint8Array> => new Observable(subscriber => {
  const source = feed.open()
  for (let chunk = source.read(); chunk !== undefined && !subscriber.closed; chunk = source.read()) subscriber.next(chunk)
  subscriber.complete()
})
