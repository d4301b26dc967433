import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { nodePlatform } from '../../../adapters/node/index.js'
import { aguiAgent } from '../../endpoints/agui/index.js'
import { openai } from '../../endpoints/openai/index.js'
import { connect, createAgent, createThread, zh, type Agent } from '../../index.js'
import { startByteServer, type ByteReply } from '../../testkit/byte-server.js'
import { answer, delta, errorOf, providerKey, startRelay } from './__fixtures__/harness.js'
import { hostAgent, openaiProvider, serveGateway, type Provider, type ServeOptions } from './index.js'

const refused = (status: number): ByteReply => ({
  status, headers: { 'content-type': 'application/json' }, chunks: [JSON.stringify({ error: { message: `Incorrect API key provided: ${providerKey}` } })],
})

/** A phone that asks something of a gateway, and what came of it. */
async function ask(options: ServeOptions, agentAt: (connection: ReturnType<typeof connect>) => Agent) {
  const told: string[] = []
  const gateway = await serveGateway({ ...options, onError: error => void told.push(String(error)) })
  onTestFinished(() => gateway.close())
  const thread = createThread({ agent: agentAt(connect({ platform: nodePlatform(), url: gateway.url })), id: 'phone' })
  onTestFinished(() => thread.dispose())
  thread.send('你好')
  await vi.waitUntil(() => thread.state.status === 'idle', 5000)
  return { error: thread.state.error, told }
}
const chat = (connection: ReturnType<typeof connect>): Agent => createAgent({ model: openai({ connection, model: 'default' }) })

describe('a provider that refuses the gateway’s key', () => {
  it.each([401, 403])('with %i is asked once, and the phone says that the service has a fault, not to try again', async status => {
    const provider = await startByteServer(refused(status))
    onTestFinished(() => provider.close())
    const providers = { deepseek: openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' }) }
    const { error, told } = await ask({ providers }, chat)
    expect(error).toEqual({ code: 'transport/http', text: zh['transport/http'], retryable: false })
    expect(provider.requests).toHaveLength(1)
    expect(told).toEqual([expect.stringMatching(new RegExp(`"deepseek".*its API key was refused.*${status}`))])
    expect(told.join()).not.toContain(providerKey)
  })
  it('or wants to be paid, tells whoever runs the gateway', async () => {
    const provider = await startByteServer(refused(402))
    onTestFinished(() => provider.close())
    const { error, told } = await ask({ providers: { main: openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' }) } }, chat)
    expect([error, provider.requests.length]).toEqual([{ code: 'transport/http', text: zh['transport/http'], retryable: false }, 1])
    expect(told).toEqual([expect.stringMatching(/"main".*402/)])
  })
  it('says so also where it refuses in the middle of an answer, which was kept', async () => {
    const { chat, provider } = await startRelay({ chunks: [delta('a'), 'data: {"error":{"code":401}}\n\n'] }, { onError() {} })
    expect(await errorOf(await chat({}, { headers: { 'x-sampan-log-id': 'log-1' } }))).toMatchObject({ code: 'upstream_unauthorized', status: 424 })
    provider.use({ chunks: answer })
    expect((await chat()).status).toBe(200)
  })
  it('is named as the gateway knows it, also where it is an object of a class', async () => {
    class Own implements Provider {
      readonly defaultModel = 'm'
      readonly secrets: readonly string[] = []
      readonly #status = 403
      async complete() {
        return new Response('{}', { status: this.#status })
      }
    }
    const { told } = await ask({ providers: { first: openaiProvider({ baseUrl: 'http://127.0.0.1:1', apiKey: '', model: 'm' }), own: new Own() }, models: { default: { provider: 'own' } } }, chat)
    expect(told).toEqual([expect.stringContaining('"own"')])
  })
  it('of a hosted agent is no fault of the phone’s own sign-in either', async () => {
    const provider = await startByteServer(refused(401))
    onTestFinished(() => provider.close())
    const direct = connect({ platform: nodePlatform(), url: provider.url, gateway: false, getToken: () => providerKey } as Parameters<typeof connect>[0])
    const agents = { barista: hostAgent(createAgent({ model: openai({ connection: direct, model: 'm' }) })) }
    const { error, told } = await ask({ agents }, connection => aguiAgent({ connection, name: 'barista' }))
    expect(error).toEqual({ code: 'transport/http', text: zh['transport/http'], retryable: false })
    expect(told).toEqual([expect.stringMatching(/"barista".*its API key was refused.*401/)])
  })
})
