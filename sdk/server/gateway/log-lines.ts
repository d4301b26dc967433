import { randomUUID } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { SocketCommand, SocketReply } from '../../protocol/index.js'
import { asciiJson } from './frames.js'
import { agentSource, runPath } from './agents/agent-runs.js'
import { logFrameOf } from './log-answers.js'
import { completionSource, openLog, type OpenLog } from './logged-completion.js'
import { checkAfter, checkLogId } from './log-places.js'
import { errorBody, Problem, toProblem } from './problem.js'
import { completionPaths, readCompletion, type RouteParts } from './routes.js'
import { patiently } from './sse-response.js'

/** Streams one socket may carry at a time. */
const maxLines = 32
/** Bytes that may wait in a socket before its streams are held back. */
const maxWaitingBytes = 256 * 1024

/** One stream on a socket. */
interface Line {
  id: string
  isAscii: boolean
  requestId: string
  opened: Promise<OpenLog>
  isLeft: boolean
}

/**
 * Answers what a client says over a socket. Closing the socket is not cancelling: that has a command of its own.
 *
 * @returns the streams it carries.
 */
export function attendSocket(socket: WebSocket, parts: RouteParts): { readonly size: number } {
  const lines = new Map<string, Line>()
  const leave = (line: Line): void => {
    line.isLeft = true
    if (lines.get(line.id) === line) lines.delete(line.id)
    line.opened.then(({ reading }) => reading.leave(), () => {})
  }
  const begin = (command: Exclude<SocketCommand, { type: 'abort' }>): void => {
    const known = lines.get(command.id)
    if (known) leave(known)
    const requestId = `req_${randomUUID()}`
    const opened = lines.size >= maxLines ? Promise.reject(tooMany()) : command.type === 'send' ? send(command, requestId, parts) : resume(command, requestId, parts)
    const line: Line = { id: command.id, isAscii: command.headers?.['x-sampan-ascii'] === '1', requestId, opened, isLeft: false }
    lines.set(line.id, line)
    void carry(socket, line, parts).finally(() => leave(line))
  }
  socket.on('message', data => {
    const command = readCommand(String(data))
    if (!command) return socket.close(1007, 'not a command')
    // Whoever asks for more and more, and takes no answer, would fill our memory with refusals.
    if (lines.size >= 4 * maxLines) return socket.terminate()
    if (command.type !== 'abort') return begin(command)
    const line = lines.get(command.id)
    if (!line) return
    leave(line)
    line.opened.then(({ key }) => parts.logs.cancel(key, line.requestId)).catch(() => {})
  })
  socket.on('close', () => [...lines.values()].forEach(leave))
  return lines
}

async function send(command: Extract<SocketCommand, { type: 'send' }>, requestId: string, parts: RouteParts): Promise<OpenLog> {
  const { id, path, body } = command
  parts.admit()
  const agent = runPath.exec(path)?.[1]
  if (agent === undefined && !completionPaths.includes(path)) throw new Problem('not_found', 'A socket carries completions and runs of agents only.')
  const request = requestOf(path, command.headers, body)
  const call = await readCompletion(request, requestId, parts)
  if (agent === undefined && call.body.stream !== true) throw new Problem('invalid_request', 'A socket carries streams only: `stream` must be true.')
  const opened = await openLog(call, checkLogId(id), parts, () => (agent === undefined ? completionSource(call, parts) : agentSource(call, nameOf(agent), parts)))
  parts.logs.keep(opened.key)
  return opened
}

async function resume({ id, after, headers }: Extract<SocketCommand, { type: 'resume' }>, requestId: string, parts: RouteParts): Promise<OpenLog> {
  parts.admit()
  const { userId } = await parts.tokens.verify(requestOf('/', headers).headers.get('authorization'))
  parts.logReads.take(userId)
  const key = { userId, id: checkLogId(id) }
  const reading = parts.logs.read(key, checkAfter(after), requestId)
  parts.logs.keep(key)
  return { key, reading }
}

/** Says what comes of a stream, to its end or until it is left. */
async function carry(socket: WebSocket, line: Line, { heartbeatMs, onProblem }: RouteParts): Promise<void> {
  const { id, requestId, isAscii } = line
  const say = (reply: SocketReply): Promise<void> | void => {
    if (line.isLeft || socket.readyState !== socket.OPEN) return
    const text = JSON.stringify(reply)
    const isFull = socket.bufferedAmount > maxWaitingBytes
    if (!isFull) return socket.send(isAscii ? asciiJson(text) : text)
    return new Promise(resolve => socket.send(isAscii ? asciiJson(text) : text, () => resolve()))
  }
  try {
    const { reading, key } = await line.opened
    const headers = { 'content-type': 'text/event-stream; charset=utf-8', 'x-sampan-log-id': key.id, 'x-request-id': requestId }
    let hasStarted = false
    const next = patiently(reading.frames, heartbeatMs)
    while (!line.isLeft) {
      const step = await next()
      if (!hasStarted) await say({ type: 'start', id, status: 200, headers })
      hasStarted = true
      // A sign of life: a frame that every client has already.
      if (!step) await say({ type: 'frame', id, seq: 0, data: '' })
      else if (step.done) return void (reading.isComplete && (await say({ type: 'end', id })))
      else await say({ type: 'frame', id, ...logFrameOf(step.value) })
    }
  } catch (error) {
    const problem = toProblem(error)
    onProblem(problem, requestId)
    if (problem.code === 'log_not_found') return say({ type: 'none-active', id })
    const headers = { 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId, ...problem.headers }
    await say({ type: 'error', id, status: problem.status, headers, body: JSON.stringify(errorBody(problem, requestId)) })
  }
}

function readCommand(text: string): SocketCommand | undefined {
  try {
    const command = JSON.parse(text) as SocketCommand | null
    return command && isText(command.id) && ['send', 'resume', 'abort'].includes(command.type) && hasFields(command as object) ? command : undefined
  } catch {
    return undefined
  }
}

function hasFields({ headers, path, body }: { headers?: unknown; path?: unknown; body?: unknown }): boolean {
  return [path, body].every(value => value === undefined || isText(value)) && (headers === undefined || (Object(headers) === headers && Object.values(headers as object).every(isText)))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function requestOf(path: string, headers: Record<string, string> = {}, body?: string): Request {
  try {
    return new Request(`http://socket.invalid${path}`, { method: 'POST', headers, body })
  } catch {
    throw new Problem('invalid_request', 'The headers of this command are not valid.')
  }
}

function nameOf(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return encoded
  }
}

function tooMany(): Problem {
  return new Problem('too_many_streams', `A socket carries at most ${maxLines} streams.`, { headers: { 'retry-after': '1' } })
}
