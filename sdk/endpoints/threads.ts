import type { Observable } from 'rxjs'
import type { RemoteThread, ThreadRemote } from '../contracts.js'
import { transform } from '../protocol/transform.js'
import { askGateway } from '../transport/ask-gateway.js'
import type { Connection } from '../transport/connect.js'
import { unlessErasing } from '../transport/while-erasing.js'

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
 * const thread = createThread({ agent, platform, id: 'barista', store: deviceStore({ copy: copyTo(gatewayThreads({ connection })) }) })
 */
export function gatewayThreads({ connection }: { connection: Connection }): GatewayThreads {
  const pathOf = (id: string): string => '/threads/' + encodeURIComponent(id)
  return {
    list: () => askGateway<{ threads: ThreadInfo[] }>(connection, '/threads', undefined, 'threads').pipe(transform(emit => ({ next: ({ threads }) => emit(threads) }))),
    read: (id, known) => askGateway<RemoteThread>(connection, pathOf(id) + '?known=' + known, undefined, 'version'),
    write: (id, change) => unlessErasing(connection.platform.storage, askGateway(connection, pathOf(id), change, 'version')),
    delete: id => askGateway<{ isDeleted: true }>(connection, pathOf(id) + '/delete', {}, 'isDeleted').pipe(transform<unknown, void>(emit => ({ next: () => emit(undefined) }))),
  }
}
