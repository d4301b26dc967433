import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  const server = createServer(async (incoming, outgoing) => {
    const sent: Buffer[] = []
    for await (const piece of incoming) sent.push(piece as Buffer)
    const abort = new AbortController()
    outgoing.on('close', () => abort.abort())
    const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)] as [string, string])
    const body = incoming.method === 'POST' ? Buffer.concat(sent) : undefined
    const response = await gateway.fetch(new Request(`http://localhost${incoming.url}`, { method: incoming.method, headers, body, signal: abort.signal }))
    const answer: RecordedAnswer = { path: incoming.url!, status: response.status, type: response.headers.get('content-type') ?? '', body: '' }
    answers.push(answer)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    try {
      for await (const piece of response.body ?? []) {
        answer.body += Buffer.from(piece).toString('latin1')
        outgoing.write(piece)
      }
      outgoing.end()
    } catch {
      // The client has left.
      outgoing.destroy()
    }
  })
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
