import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import { createStreamLog, type StreamLog } from './stream-log.js'
import type { SocketCommand, SocketReply } from '../protocol/log-wire.js'

/** A request for a stream, by whichever way it came. */
export interface LogRequest { path: string; headers: Record<string, string | undefined>; body: string }

/** What a request is answered with where it is refused: a response. */
export interface LogRefusal { status: number; headers?: Record<string, string>; body?: string }

/** Writes the log of a new request, at once or later, or refuses the request. */
export type LogWriter = (request: LogRequest, log: StreamLog) => LogRefusal | void

/** Logs by id, what started them, and by which ways they were asked for. */
export interface LogBook {
  readonly logs: ReadonlyMap<string, StreamLog>
  readonly starts: readonly LogRequest[]
  readonly ways: string[]
  /** The log of this id, or that of a new request. */
  join(id: string, request: LogRequest): StreamLog | LogRefusal
}

export function createLogBook(write: LogWriter): LogBook {
  const logs = new Map<string, StreamLog>()
  const starts: LogRequest[] = []
  return {
    logs,
    starts,
    ways: [],
    join(id, request) {
      const known = logs.get(id)
      if (known) return known
      const log = createStreamLog(id)
      const refusal = write(request, log)
      if (refusal) return refusal
      starts.push(request)
      logs.set(id, log)
      return log
    },
  }
}

/** Answers over HTTP: starts and streams a log, hands out its pages where `canPoll`, cancels it. */
export async function answerHttp({ logs, ways, join }: LogBook, canPoll: boolean, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
  const [, id, verb] = /^\/v1\/logs\/([^/]+)(\/cancel)?$/.exec(pathname) ?? []
  const asked = id === undefined ? undefined : logs.get(decodeURIComponent(id))
  if (verb) {
    asked?.cancel()
    return respond(response, { status: 200, body: '{}' })
  }
  if (id) {
    const after = Number(searchParams.get('after'))
    const isStream = request.headers.accept === 'text/event-stream'
    ways.push(isStream ? 'again' : 'page')
    if (!asked || !(canPoll || isStream)) return respond(response, { status: 404, body: '{"error":{"message":"no such log"}}' })
    if (isStream) return streamLog(asked, response, after)
    const page = await asked.page(after, Math.min(Number(searchParams.get('wait')), 5000))
    return respond(response, { status: 200, body: JSON.stringify(page) })
  }
  if (request.method !== 'POST') return respond(response, { status: 404, body: '{"error":{"message":"no such path"}}' })
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  const headers = request.headers as LogRequest['headers']
  const logId = headers['x-sampan-log-id'] ?? 'unnamed-' + logs.size
  const joined = join(logId, { path: pathname, headers, body })
  if ('status' in joined) return respond(response, joined)
  if (headers.prefer === 'respond-async' && canPoll) {
    ways.push('poll')
    return respond(response, { status: 202, body: JSON.stringify({ log: logId }) })
  }
  ways.push('stream')
  streamLog(joined, response, 0)
}

function streamLog(log: StreamLog, response: ServerResponse, after: number): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const stop = log.follow(after, {
    onFrame: ({ seq, data, event }) => response.write('id: ' + seq + '\n' + (event ? 'event: ' + event + '\n' : '') + 'data: ' + data + '\n\n'),
    onDone: () => response.end(),
  })
  response.on('close', stop)
}

function respond(response: ServerResponse, { status, headers, body = '' }: LogRefusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(body)
}

/** Answers over a socket: many logs on one, told apart by id. */
export function answerSocket({ logs, ways, join }: LogBook, socket: WebSocket): void {
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
