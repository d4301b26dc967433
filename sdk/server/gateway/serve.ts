import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { createGateway } from './gateway.js'
import type { GatewayOptions } from './options.js'
import { errorResponse, Problem } from './problem.js'

/** Where {@link serveGateway} listens. */
export interface ServeOptions extends GatewayOptions {
  /** Default 0: any free port. */
  port?: number
  /** Default `127.0.0.1`: this machine only. `0.0.0.0` lets phones in the same network in. */
  host?: string
}

/** A gateway that listens. */
export interface ServedGateway {
  /** Without a slash at the end. */
  url: string
  port: number
  /** Ends running completions and frees the port. Connections that do not end within a second are cut. */
  close(): Promise<void>
}

/** How long {@link ServedGateway.close} lets answers flow out, in milliseconds. */
const closeMs = 1000

/**
 * Serves a gateway over HTTP and WebSockets with Node.
 *
 * @throws Error from the returned promise when the port cannot be had.
 * @example
 * const { url, close } = await serveGateway({ port: 8787 })
 */
export async function serveGateway(options: ServeOptions = {}): Promise<ServedGateway> {
  const { port = 0, host = '127.0.0.1', ...rest } = options
  const addresses = new WeakMap<Request, string>()
  const signInKey = rest.limits?.signInKey ?? ((request: Request) => addresses.get(request) ?? '')
  const gateway = createGateway({ ...rest, limits: { ...rest.limits, signInKey } })
  const answer = (request: Request, { incoming }: { incoming: { socket: { remoteAddress?: string } } }): Promise<Response> => {
    addresses.set(request, incoming.socket.remoteAddress ?? '')
    return gateway.fetch(request)
  }
  const listener = getRequestListener(answer as Parameters<typeof getRequestListener>[0], { overrideGlobalObjects: false, errorHandler: unreadable })
  const server = createServer((request, response) => void listener(request, response))
  server.on('upgrade', (request, socket, head) => gateway.socket(request, socket, head))
  const address = await listen(server, port, host)
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    url: `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${address}`,
    port: address,
    async close() {
      await gateway.close()
      await stop(server)
    },
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function stop(server: Server): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(() => server.closeAllConnections(), closeMs)
    // Kept-alive connections would hold the port until they time out: those idle now, and those idle after an answer.
    const watch = setInterval(() => server.closeIdleConnections(), 20)
    server.close(() => {
      clearTimeout(timer)
      clearInterval(watch)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** A request that could not even be read, in the shape of every other error. */
function unreadable(error: unknown): Response {
  const requestId = `req_${randomUUID()}`
  const isTheirs = error instanceof RequestError
  const problem = isTheirs ? new Problem('invalid_request', 'The address of the request is not valid.') : new Problem('internal_error', 'The gateway failed.')
  const response = errorResponse(problem, requestId)
  response.headers.set('x-request-id', requestId)
  return response
}
