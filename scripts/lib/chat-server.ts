import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createGateway } from '../../sdk/server/gateway/index.js'

/** One answer of the gateway, as its bytes went out. */
export interface RecordedAnswer { path: string; status: number; type: string; body: string }

export interface ChatServer {
  /** Without a slash at the end. */
  url: string
  /** Answers in the order they were asked for. A body holds one character per byte. */
  answers: RecordedAnswer[]
  close(): Promise<void>
}

/** A gateway with the built-in model over real HTTP, which keeps what it said. */
export async function startChatServer(): Promise<ChatServer> {
  const gateway = createGateway()
  const answers: RecordedAnswer[] = []
  const answer = async (request: Request): Promise<Response> => {
    const response = await gateway.fetch(request)
    const kept: RecordedAnswer = { path: new URL(request.url).pathname, status: response.status, type: response.headers.get('content-type') ?? '', body: '' }
    answers.push(kept)
    return new Response(response.body?.pipeThrough(keepInto(kept)), response)
  }
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    async close() {
      await gateway.close()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

function keepInto(kept: RecordedAnswer) {
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(piece, controller) {
      kept.body += Buffer.from(piece).toString('latin1')
      controller.enqueue(piece)
    },
  })
}
