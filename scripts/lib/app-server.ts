import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { networkInterfaces } from 'node:os'
import { extname, normalize, sep } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createGateway, type GatewayOptions } from '../../sdk/server/gateway/index.js'

export interface AppServer {
  /** Without a slash at the end. */
  url: string
  port: number
  close(): Promise<void>
}

export interface AppServerOptions {
  /** The page's files. */
  folder: string
  gateway?: GatewayOptions
  /** Default 0: any free port. */
  port?: number
  /** Default this machine only. */
  host?: string
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.json': 'application/json',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg', '.ico': 'image/x-icon', '.woff2': 'font/woff2', '.map': 'application/json',
}

/** Serves a page and a gateway from one origin: a file that exists is the page's, everything else the gateway's. */
export async function serveApp({ folder, gateway: options, port = 0, host = '127.0.0.1' }: AppServerOptions): Promise<AppServer> {
  const gateway = createGateway(options)
  const answer = getRequestListener(request => gateway.fetch(request), { overrideGlobalObjects: false })
  const server = createServer((request, response) => {
    if (!serveFile(folder, request, response)) void answer(request, response)
  })
  server.on('upgrade', gateway.socket)
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address() as { port: number }
  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${address.port}`,
    port: address.port,
    async close() {
      await gateway.close()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

function serveFile(folder: string, request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname === '/favicon.ico' && !existsSync(`${folder}/favicon.ico`)) {
    response.writeHead(204).end()
    return true
  }
  const path = normalize(`${folder}/${safeDecode(pathname)}`)
  const file = pathname.endsWith('/') ? `${path}index.html` : path
  if (!file.startsWith(normalize(folder) + sep) || !existsSync(file) || !statSync(file).isFile()) return false
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-cache' })
  if (request.method === 'HEAD') response.end()
  else createReadStream(file).pipe(response)
  return true
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** This machine's addresses in its network, for a phone beside it. */
export const lanAddresses = () => Object.values(networkInterfaces()).flatMap(list => list ?? []).filter(each => each.family === 'IPv4' && !each.internal).map(each => each.address)
