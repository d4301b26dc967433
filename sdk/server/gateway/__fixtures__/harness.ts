import { onTestFinished } from 'vitest'
import { type ByteHandler, type ByteServer, startByteServer } from '../../../testkit/byte-server.js'
import { createGateway, type Gateway, type GatewayOptions, openaiProvider, type Provider } from '../index.js'

export const providerKey = 'sk-secret-0123456789abcdef'

/** A chunk of a provider's stream. */
export const delta = (content: string): string => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
export const finish = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`
export const usage = `data: ${JSON.stringify({ choices: [], usage: { total_tokens: 3 } })}\n\n`
export const done = 'data: [DONE]\n\n'
export const answer = [delta('你好'), delta(' world'), finish, usage, done]

/** One event as a client reads it. */
export interface SeenFrame {
  id?: string
  event?: string
  data: string
}

/** Reads a whole answer as events; comments are left out. */
export async function framesOf(response: Response): Promise<SeenFrame[]> {
  return parseFrames(await response.text())
}

export function parseFrames(text: string): SeenFrame[] {
  const blocks = text.split('\n\n').filter(block => block && !block.startsWith(':'))
  return blocks.map(block => Object.fromEntries(block.split('\n').map(line => line.split(/: (.*)/s).slice(0, 2))) as SeenFrame)
}

/** The error of an error answer, or of the last frame. */
export async function errorOf(response: Response): Promise<Record<string, unknown>> {
  const text = await response.text()
  const isStream = response.headers.get('content-type')!.startsWith('text/event-stream')
  return JSON.parse(isStream ? parseFrames(text).at(-1)!.data : text).error
}

/** A gateway as one client sees it. */
export interface Client {
  gateway: Gateway
  token: string
  /** POSTs a completion. */
  chat(body?: object, init?: { headers?: Record<string, string>; signal?: AbortSignal }): Promise<Response>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
}

/** A gateway in front of the given providers, and a guest signed in to it. */
export async function startClient(options: GatewayOptions): Promise<Client> {
  const gateway = createGateway(options)
  onTestFinished(() => gateway.close())
  const post: Client['post'] = (path, body, headers = {}) =>
    gateway.fetch(new Request(`http://gateway.test${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }))
  const { token } = (await (await post('/v1/sign-in', { host: 'web', guest: 'g' })).json()) as { token: string }
  return {
    gateway,
    token,
    post,
    chat: (body = {}, { headers, signal } = {}) =>
      gateway.fetch(new Request('http://gateway.test/v1/chat/completions', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: JSON.stringify({ model: 'default', messages: [{ role: 'user', content: 'hi' }], stream: true, ...body }),
        signal,
      })),
  }
}

/** A gateway in front of a provider on loopback that sends exactly the given bytes. */
export async function startRelay(handler: ByteHandler, options: GatewayOptions = {}): Promise<Client & { provider: ByteServer }> {
  const provider = await startByteServer(handler)
  onTestFinished(() => provider.close())
  const providers = { main: openaiProvider({ baseUrl: `${provider.url}/v1`, apiKey: providerKey, model: 'real-model' }) }
  return { ...(await startClient({ providers, ...options })), provider }
}

/** A provider in the hands of the test. */
export interface ManualProvider extends Provider {
  readonly calls: { body: Record<string, unknown>; signal: AbortSignal }[]
  /** How often the gateway asked for another piece. */
  readonly pulls: number
  send(text: string): void
  end(): void
  fail(error: unknown): void
}

/** Each call answers with one stream that the test feeds. Nothing is read ahead: a pull is the gateway's own. */
export function manualProvider(): ManualProvider {
  const calls: ManualProvider['calls'] = []
  let controller: ReadableStreamDefaultController<Uint8Array>
  let pulls = 0
  return {
    calls,
    get pulls() {
      return pulls
    },
    defaultModel: 'manual',
    secrets: [],
    async complete(body, signal) {
      calls.push({ body, signal })
      const stream = new ReadableStream<Uint8Array>({ start: given => void (controller = given), pull: () => void pulls++ }, { highWaterMark: 0 })
      return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
    },
    send: text => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    fail: error => controller.error(error),
  }
}

/** How long {@link until} waits, in milliseconds: more than a machine with much else to do needs. */
const PATIENCE_MS = 30_000

/** Resolves once the condition holds. Looks again after each turn of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not so within ${PATIENCE_MS} ms: ${condition}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}
