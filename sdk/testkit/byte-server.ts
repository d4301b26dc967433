import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createGzip } from 'node:zlib'
import { parseByteFaults, planBytes, type ByteFaults, type ByteStep } from './byte-faults.js'

/** What the server answers to a request. */
export interface ByteReply {
  /** The body, each entry one write. Default: none. */
  chunks?: readonly (string | Uint8Array)[]
  /** Default 200. */
  status?: number
  /** Default: `content-type: text/event-stream`. */
  headers?: Record<string, string>
  faults?: ByteFaults
}

/** A request as the server saw it. */
export interface SeenRequest {
  method: string
  /** Path and query. */
  path: string
  headers: Record<string, string | string[] | undefined>
  body: string
  /** Set when the client went away before the answer was complete. */
  isClosedByClient: boolean
  /** Bytes of the answer's body that were written. */
  bytesSent: number
}

/** How the server answers: one reply for all, or a function of the request. */
export type ByteHandler = ByteReply | ((request: SeenRequest) => ByteReply | Promise<ByteReply>)

/** A running test server. */
export interface ByteServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string
  /** Every request so far, oldest first. */
  readonly requests: readonly SeenRequest[]
  /** Answers that a client left before they were complete. */
  readonly closedSockets: number
  /** Connections open now. */
  readonly openSockets: number
  /** Answers differently from now on. */
  use(handler: ByteHandler): void
  /** Resolves once the condition holds; rejects after `timeoutMs` (30 000). Checked at each change, not by polling. */
  until(condition: (server: ByteServer) => boolean, timeoutMs?: number): Promise<void>
  close(): Promise<void>
}

/**
 * An HTTP server on a free loopback port that sends exactly the bytes it is told to, in exactly these pieces, and can
 * break in every way of {@link ByteFaults}. A request may ask for faults itself, in the header `x-faults` or the query
 * `faults`: `?faults=split=1,crlf`. It never keeps a process alive, and closes by itself after `maxLifeMs` (10 minutes).
 *
 * @example
 * const server = await startByteServer({ chunks: ['data: 你好\n\n'], faults: { split: 1 } })
 */
export async function startByteServer(handler: ByteHandler = {}, options: { maxLifeMs?: number } = {}): Promise<ByteServer> {
  const sockets = new Set<Socket>()
  const waiting = new Set<() => void>()
  const requests: SeenRequest[] = []
  let current = handler
  const changed = (): void => waiting.forEach((check) => check())

  const http = createServer((request, response) => {
    // A client that leaves while it still sends is not our failure: the connection is gone, nobody waits for an answer.
    answer(request, response, () => current, requests, changed).catch(() => response.destroy())
  })
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => (sockets.delete(socket), changed()))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  http.unref()

  async function close(): Promise<void> {
    clearTimeout(life)
    const closed = new Promise<void>((resolve) => http.close(() => resolve()))
    sockets.forEach((socket) => socket.destroy())
    await closed
  }
  const life = setTimeout(() => void close(), options.maxLifeMs ?? 600_000)
  life.unref()

  const server: ByteServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    requests,
    get closedSockets() {
      return requests.filter((request) => request.isClosedByClient).length
    },
    get openSockets() {
      return sockets.size
    },
    use: (next) => void (current = next),
    until: (condition, timeoutMs = 30_000) => untilTrue(() => condition(server), waiting, timeoutMs),
    close,
  }
  return server
}

function untilTrue(condition: () => boolean, waiting: Set<() => void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      waiting.delete(check)
      finish()
    }
    const check = (): void => {
      if (condition()) settle(resolve)
    }
    const timer = setTimeout(() => settle(() => reject(new Error(`not so within ${timeoutMs} ms: ${condition}`))), timeoutMs)
    waiting.add(check)
    check()
  })
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handler: () => ByteHandler,
  requests: SeenRequest[],
  changed: () => void,
): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const { method = '', url = '', headers } = request
  const seen: SeenRequest = {
    method, path: url, headers, body: Buffer.concat(pieces).toString('utf8'), isClosedByClient: false, bytesSent: 0,
  }
  requests.push(seen)
  let isOver = false
  response.on('close', () => {
    if (!isOver && !response.writableFinished) seen.isClosedByClient = true
    changed()
  })
  changed()
  const use = handler()
  const reply = typeof use === 'function' ? await use(seen) : use
  const asked = headers['x-faults'] ?? new URL(url, 'http://localhost').searchParams.get('faults') ?? ''
  const faults = { ...reply.faults, ...parseByteFaults(String(asked)) }
  if (faults.refuse) {
    isOver = true
    return void request.socket.destroy()
  }
  await wait(faults.ttfb)
  writeHead(response, reply, faults)
  for (const step of planBytes(reply.chunks ?? [], faults)) {
    if (response.destroyed) return
    if ('end' in step) isOver = step.end === 'reset'
    await play(step, request, response, seen)
    changed()
  }
}

const compressors = new WeakMap<ServerResponse, ReturnType<typeof createGzip>>()

function writeHead(response: ServerResponse, reply: ByteReply, faults: ByteFaults): void {
  const headers: Record<string, string> = { 'content-type': 'text/event-stream', ...reply.headers }
  if (faults.html) headers['content-type'] = 'text/html'
  if (faults.contentType) headers['content-type'] = faults.contentType
  if (faults.retryAfter !== undefined) headers['retry-after'] = String(faults.retryAfter)
  if (faults.gzip) {
    headers['content-encoding'] = 'gzip'
    const compressor = createGzip()
    compressor.pipe(response)
    compressors.set(response, compressor)
  }
  response.writeHead(faults.status ?? reply.status ?? 200, headers)
  response.flushHeaders()
}

async function play(step: ByteStep, request: IncomingMessage, response: ServerResponse, seen: SeenRequest): Promise<void> {
  const compressor = compressors.get(response)
  if ('waitMs' in step) return wait(step.waitMs)
  if ('write' in step) {
    const out = compressor ?? response
    await new Promise<void>((resolve) => out.write(step.write, () => resolve()))
    if (compressor) await new Promise<void>((resolve) => compressor.flush(resolve))
    seen.bytesSent += step.write.length
    return
  }
  if (step.end === 'clean') (compressor ?? response).end()
  if (step.end === 'reset') {
    await turns()
    request.socket.resetAndDestroy()
  }
}

/** A reset also loses what was sent and not yet read: lets a client in this process read it, however long it was kept from it. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function wait(ms: number | undefined): Promise<void> {
  return ms ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve()
}
