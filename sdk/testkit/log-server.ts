import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { createStreamLog, type StreamLog } from './stream-log.js'
import { SOCKET_PATH, type SocketCommand, type SocketReply } from '../protocol/log-wire.js'

/** A request for a stream, by whichever way it came. */
export interface LogRequest { path: string; headers: Record<string, string | undefined>; body: string }

/** What a request is answered with: an error as a response, or nothing, and the log is written to. */
export interface LogRefusal { status: number; headers?: Record<string, string>; body?: string }

/** A running {@link startLogServer}. */
export interface LogServer {
  readonly url: string
  /** Every log so far, by id. */
  readonly logs: ReadonlyMap<string, StreamLog>
  /** Requests that started a log. One that joined a log is not among them. */
  readonly starts: readonly LogRequest[]
  /** How requests came, oldest first: `stream`, `socket`, `poll` (the start), `page`. */
  readonly ways: readonly string[]
  /** Breaks every connection there is, without a word. */
  cut(): void
  close(): Promise<void>
}

/** How a {@link LogServer} behaves. */
export interface LogServerOptions {
  /** Ways it does not offer: a gateway without sockets, one that cannot keep logs. */
  without?: readonly ('socket' | 'poll')[]
}

/**
 * A gateway as far as stream logs go, to measure clients with: the same log as an event stream, over a socket, and by
 * polling, on a free loopback port.
 *
 * @param answer writes the log of a new request, at once or later, or refuses the request.
 * @example
 * const server = await startLogServer((request, log) => { log.push('{"text":"你好"}'); log.end() })
 */
export async function startLogServer(
  answer: (request: LogRequest, log: StreamLog) => LogRefusal | void,
  { without = [] }: LogServerOptions = {},
): Promise<LogServer> {
  const logs = new Map<string, StreamLog>()
  const starts: LogRequest[] = []
  const ways: string[] = []
  const connections = new Set<Socket>()

  /** The log of this id, or that of a new request. */
  function join(id: string, request: LogRequest): StreamLog | LogRefusal {
    const known = logs.get(id)
    if (known) return known
    const log = createStreamLog(id)
    const refusal = answer(request, log)
    if (refusal) return refusal
    starts.push(request)
    logs.set(id, log)
    return log
  }

  async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://localhost')
    const [, cancelled] = /^\/v1\/logs\/([^/]+)\/cancel$/.exec(url.pathname) ?? []
    if (cancelled) {
      logs.get(decodeURIComponent(cancelled))?.cancel()
      return json(response, 200, {})
    }
    const [, id] = /^\/v1\/logs\/([^/]+)$/.exec(url.pathname) ?? []
    if (id && !without.includes('poll')) {
      ways.push('page')
      const log = logs.get(decodeURIComponent(id))
      if (!log) return refuse(response, { status: 404, body: '{"error":{"message":"no such log"}}' })
      const { searchParams } = url
      return json(response, 200, await log.page(Number(searchParams.get('after')), Math.min(Number(searchParams.get('wait')), 5000)))
    }
    if (request.method !== 'POST') return refuse(response, { status: 404, body: '{"error":{"message":"no such path"}}' })
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const headers = request.headers as LogRequest['headers']
    const logId = headers['x-sampan-log-id'] ?? 'unnamed-' + logs.size
    const joined = join(logId, { path: url.pathname, headers, body })
    if ('status' in joined) return refuse(response, joined)
    if (headers.prefer === 'respond-async' && !without.includes('poll')) {
      ways.push('poll')
      return json(response, 202, { log: logId })
    }
    ways.push('stream')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const stop = joined.follow(0, {
      onFrame: ({ seq, data, event }) => response.write('id: ' + seq + '\n' + (event ? 'event: ' + event + '\n' : '') + 'data: ' + data + '\n\n'),
      onDone: () => response.end(),
    })
    response.on('close', stop)
  }

  function onSocket(socket: WebSocket): void {
    const reading = new Map<string, () => void>()
    const say = (reply: SocketReply): void => socket.send(JSON.stringify(reply))
    const follow = (log: StreamLog, after: number): void => {
      const { id } = log
      say({ type: 'start', id, status: 200, headers: { 'content-type': 'text/event-stream' } })
      reading.set(id, log.follow(after, { onFrame: frame => say({ type: 'frame', id, ...frame }), onDone: () => say({ type: 'end', id }) }))
    }
    socket.on('message', raw => {
      const command = JSON.parse(String(raw)) as SocketCommand
      const { id } = command
      ways.push('socket')
      if (command.type === 'abort') {
        reading.get(id)?.()
        return logs.get(id)?.cancel()
      }
      if (command.type === 'resume') {
        const log = logs.get(id)
        return log ? follow(log, command.after) : say({ type: 'none-active', id })
      }
      const joined = join(id, { path: command.path, headers: command.headers, body: command.body ?? '' })
      if ('status' in joined) return say({ type: 'error', id, status: joined.status, headers: joined.headers ?? {}, body: joined.body ?? '' })
      follow(joined, 0)
    })
    socket.on('close', () => reading.forEach(stop => stop()))
  }

  const server = createServer((request, response) => void onRequest(request, response).catch(() => response.destroy()))
  server.on('connection', socket => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  if (!without.includes('socket')) new WebSocketServer({ server, path: SOCKET_PATH }).on('connection', onSocket)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const cut = (): void => connections.forEach(socket => socket.destroy())
  return {
    url: 'http://127.0.0.1:' + (server.address() as AddressInfo).port,
    logs,
    starts,
    ways,
    cut,
    async close() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  refuse(response, { status, body: JSON.stringify(body) })
}

function refuse(response: ServerResponse, { status, headers, body = '' }: LogRefusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
}
