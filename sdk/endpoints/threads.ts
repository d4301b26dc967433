import type { Observable } from 'rxjs'
import type { RemoteThread, ThreadRemote } from '../contracts.js'
import { SampanError } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import { transform } from '../protocol/transform.js'
import type { Connection } from '../transport/connect.js'

/** A conversation that a gateway keeps, without what was said in it. */
export interface ThreadInfo {
  id: string
  version: number
  /** When it was last written, in milliseconds since 1970. */
  at: number
  messages: number
  bytes: number
}

/** The threads a gateway keeps for the user who is signed in. */
export interface GatewayThreads extends ThreadRemote {
  /** Those of all ids, written last first. */
  list(): Observable<ThreadInfo[]>
  /** Deletes the gateway's copy. A phone that has the thread open brings it back: there, clear it. */
  delete(id: string): Observable<void>
}

/**
 * A Sampan gateway as the place where copies of threads are kept. Emits once, then completes; fails with a SampanError.
 *
 * @example
 * const thread = createThread({ agent, platform, id: 'barista', copy: copyTo(gatewayThreads({ connection })) })
 */
export function gatewayThreads({ connection }: { connection: Connection }): GatewayThreads {
  const root = (/\/v1$/.test(connection.url) ? '' : '/v1') + '/threads'
  const ask = <Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Observable<Answer> =>
    connection.open({ method, path: root + path, body, framing: 'body' }).pipe(
      transform(emit => ({
        next({ data }) {
          const answer = parseJson(data)
          if (answer !== Object(answer)) throw new SampanError('transport/not-a-stream', 'The gateway\'s answer about a thread is no JSON object')
          emit(answer as Answer)
        },
      })),
    )
  const pathOf = (id: string): string => '/' + encodeURIComponent(id)
  return {
    list: () => ask<{ threads: ThreadInfo[] }>('GET', '').pipe(transform(emit => ({ next: ({ threads }) => emit(threads) }))),
    read: (id, known) => ask<RemoteThread>('GET', pathOf(id) + '?known=' + known),
    write: (id, change) => ask('POST', pathOf(id), change),
    delete: id => ask('POST', pathOf(id) + '/delete', {}).pipe(transform<unknown, void>(emit => ({ next: () => emit(undefined) }))),
  }
}
