import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { answerHttp, answerSocket, createLogBook, type LogBook, type LogWriter } from './log-routes.js'
import { SOCKET_PATH } from '../protocol/log-wire.js'

/** A running {@link startLogServer}. `ways`: how requests came, oldest first: `stream`, `socket`, `poll` (the start), `page`, `again` (a stream that goes on). */
export interface LogServer extends Omit<LogBook, 'join'> {
  readonly url: string
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
 * @example
 * const server = await startLogServer((request, log) => { log.push('{"text":"你好"}'); log.end() })
 */
export async function startLogServer(write: LogWriter, { without = [] }: LogServerOptions = {}): Promise<LogServer> {
  const book = createLogBook(write)
  const connections = new Set<Socket>()
  const server = createServer((request, response) => {
    answerHttp(book, !without.includes('poll'), request, response).catch(() => response.destroy())
  })
  server.on('connection', socket => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  if (!without.includes('socket')) {
    new WebSocketServer({ server, path: SOCKET_PATH }).on('connection', socket => answerSocket(book, socket))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  const cut = (): void => connections.forEach(socket => socket.destroy())
  return {
    url: 'http://127.0.0.1:' + (server.address() as AddressInfo).port,
    logs: book.logs,
    starts: book.starts,
    ways: book.ways,
    cut,
    async close() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
