import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

/** A WebSocket server that sends back what it gets. */
export interface EchoServer {
  /** `ws://127.0.0.1:port` */
  readonly url: string
  /** Connections now. */
  readonly open: number
  /** Headers of every handshake, oldest first. */
  readonly handshakes: readonly Record<string, unknown>[]
  /** Codes of closed connections, oldest first. */
  readonly closes: readonly number[]
  close(): Promise<void>
}

/** Starts an {@link EchoServer} on a free loopback port. The text `bye` makes it close with code 4001. */
export async function startEchoServer(): Promise<EchoServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  const handshakes: Record<string, unknown>[] = []
  const closes: number[] = []
  server.on('connection', (socket, request) => {
    handshakes.push(request.headers)
    socket.on('message', (data, isBinary) => {
      if (String(data) === 'bye') socket.close(4001, 'bye')
      else socket.send(data, { binary: isBinary })
    })
    socket.on('close', code => closes.push(code))
  })
  await new Promise(resolve => server.on('listening', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return server.clients.size
    },
    handshakes,
    closes,
    close() {
      server.clients.forEach(client => client.terminate())
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}
