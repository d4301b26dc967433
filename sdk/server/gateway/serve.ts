import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { createGateway } from './gateway.js'
import type { GatewayOptions } from './options.js'

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
  /** Ends running completions and frees the port. */
  close(): Promise<void>
}

/**
 * Serves a gateway over HTTP with Node.
 *
 * @example
 * const { url, close } = await serveGateway({ port: 8787 })
 */
export async function serveGateway(options: ServeOptions = {}): Promise<ServedGateway> {
  const { port = 0, host = '127.0.0.1', ...rest } = options
  const gateway = createGateway(rest)
  const { server, address } = await listen(request => gateway.fetch(request), port, host)
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return {
    url: `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${address}`,
    port: address,
    async close() {
      await gateway.close()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        // Idle keep-alive connections would hold the port until they time out.
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 500).unref()
      })
    },
  }
}

function listen(fetch: (request: Request) => Promise<Response>, port: number, hostname: string) {
  return new Promise<{ server: Server; address: number }>((resolve, reject) => {
    const options = { fetch, port, hostname, overrideGlobalObjects: false }
    const server = serve(options, info => resolve({ server, address: info.port })) as Server
    server.on('error', reject)
  })
}
