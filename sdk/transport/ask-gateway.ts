import type { Observable } from 'rxjs'
import type { Connection } from './connect.js'
import { SampanError } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import { transform } from '../protocol/transform.js'

/** A path of a gateway below a connection's address, which may end in `/v1` itself. */
export function gatewayPath({ url }: Connection, path: string): string {
  return (/\/v1$/.test(url) ? '' : '/v1') + path
}

/**
 * Asks a gateway something small. Cold; emits its answer, then completes; fails with a SampanError, also where a proxy or a
 * hotel's sign-in page answers in its place: an answer without the field `sign` is not the gateway's.
 */
export function askGateway<Answer>(connection: Connection, path: string, body: unknown, sign: keyof Answer & string): Observable<Answer> {
  const method = body === undefined ? 'GET' : 'POST'
  return connection.open({ method, path: gatewayPath(connection, path), body, framing: 'body' }).pipe(
    transform(emit => ({
      next({ data }) {
        const answer = parseJson(data) as Answer | undefined
        if (answer !== Object(answer) || answer![sign] === undefined) throw new SampanError('transport/not-a-stream', 'This is no answer of a gateway: ' + data.slice(0, 300))
        emit(answer!)
      },
    })),
  )
}
