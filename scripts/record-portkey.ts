import { LLMock } from '@copilotkit/aimock'
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { logOf, readResponse } from '../sdk/endpoints/openai/__fixtures__/read-response.js'
import { startByteServer } from '../sdk/testkit/byte-server.js'
import { bed } from './lib/beds.js'
import { root } from './lib/run.js'

// `node --import tsx scripts/record-portkey.ts`: records what a gateway of others, which translates providers' own
// streams into chat completions, answers. The bytes go to sdk/endpoints/openai/__fixtures__/portkey-*.sse, where
// recordings.ts says what they must be read as; how they are read now is printed. Needed again only for a new version
// of the gateway: the tests read the files.

/** Something to ask the gateway, and what stands behind it. */
interface Take {
  /** Which translation of the gateway's is asked for. */
  provider: string
  /** What aimock is asked, or the bytes the provider sends. */
  upstream: { message: string } | { bytes: string }
  /** Below the provider's address. Default `/v1`. */
  path?: string
  /** `false`: the gateway adds what the provider said beyond OpenAI's fields. Default `true`. */
  isStrict?: boolean
}

const named = (...events: [name: string, data: object][]): string => events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`).join('')
const unnamed = (...data: object[]): string => data.map(each => `data: ${JSON.stringify(each)}\r\n\r\n`).join('')

const anthropicText = named(
  ['message_start', { message: { id: 'msg_1', type: 'message', role: 'assistant', content: [], model: 'm-1', stop_reason: null, usage: { input_tokens: 17, cache_read_input_tokens: 5, cache_creation_input_tokens: 2, output_tokens: 1 } } }],
  ['content_block_start', { index: 0, content_block: { type: 'text', text: '' } }],
  ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: '部分' } }],
)
const anthropicEnd = named(
  ['content_block_stop', { index: 0 }],
  ['message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 9 } }],
  ['message_stop', {}],
)
const openaiText = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm-1', choices: [{ index: 0, delta: { role: 'assistant', content: '部分' }, finish_reason: null }] })}\n\n`
const googleCalls = unnamed(
  { candidates: [{ content: { role: 'model', parts: [{ text: '查一下' }] }, index: 0 }], modelVersion: 'm-1', usageMetadata: { promptTokenCount: 8, totalTokenCount: 8 } },
  {
    candidates: [{ content: { role: 'model', parts: [{ functionCall: { name: 'w', args: { city: '北京' } } }, { functionCall: { name: 'v', args: {} } }] }, finishReason: 'STOP', index: 0 }],
    modelVersion: 'm-1', usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 5, totalTokenCount: 13 },
  },
)

const takes: Record<string, Take> = {
  'openai-text': { provider: 'openai', upstream: { message: 'hello' } },
  'openai-tools': { provider: 'openai', upstream: { message: 'weather' } },
  'openai-error': { provider: 'openai', upstream: { bytes: `${openaiText}data: {"error":{"message":"overloaded","type":"server_error","code":"overloaded"}}\n\n` } },
  'deepseek-reasoning': { provider: 'deepseek', path: '', upstream: { message: 'think' } },
  'anthropic-tools': { provider: 'anthropic', upstream: { message: 'weather' } },
  'anthropic-usage': { provider: 'anthropic', upstream: { bytes: anthropicText + anthropicEnd } },
  'anthropic-error': { provider: 'anthropic', upstream: { bytes: anthropicText + named(['error', { error: { type: 'overloaded_error', message: 'Overloaded' } }]) } },
  'anthropic-cut': { provider: 'anthropic', upstream: { bytes: anthropicText } },
  'anthropic-blocks': { provider: 'anthropic', upstream: { message: 'think' }, isStrict: false },
  'cohere-tools': { provider: 'cohere', path: '', upstream: { message: 'weather' } },
  'google-tools': { provider: 'google', path: '', upstream: { bytes: googleCalls } },
}

async function startAimock(): Promise<LLMock> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 8 })
  mock.onMessage('hello', { content: '你好，世界！\n"舢板" 🛶' })
  mock.onMessage('think', { content: '三款', reasoning: '用户想知道数目' })
  const toolCalls = [{ id: 'call_1', name: 'w', arguments: '{"city":"北京"}' }, { id: 'call_2', name: 'v', arguments: '{}' }]
  mock.onMessage('weather', { content: '查一下', toolCalls })
  await mock.start()
  return mock
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Starts the gateway and resolves once it says that it is ready. */
async function startPortkey(): Promise<{ url: string; stop(): void }> {
  const [{ file }, port] = [await bed('portkey'), await freePort()]
  const child = spawn(process.execPath, [file('@portkey-ai/gateway/build/start-server.js'), '--headless', `--port=${port}`])
  await new Promise<void>((resolve, reject) => {
    let output = ''
    const heard = (data: Buffer) => (output += data).includes('Ready') && resolve()
    child.stdout.on('data', heard)
    child.stderr.on('data', heard)
    child.once('exit', code => reject(new Error(`the gateway ended with code ${code}\n${output}`)))
  })
  return { url: `http://127.0.0.1:${port}/v1/chat/completions`, stop: () => void child.kill() }
}

async function record(url: string, { provider, path = '/v1', upstream, isStrict = true }: Take, mock: LLMock): Promise<Uint8Array> {
  const server = await startByteServer({ chunks: 'bytes' in upstream ? [upstream.bytes] : [] })
  const tools = ['w', 'v'].map(name => ({ type: 'function', function: { name, description: name, parameters: { type: 'object', properties: { city: { type: 'string' } } } } }))
  const content = 'message' in upstream ? upstream.message : 'hello'
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer sk-recording',
      'x-portkey-provider': provider,
      'x-portkey-custom-host': ('bytes' in upstream ? server.url : mock.url) + path,
      'x-portkey-strict-open-ai-compliance': String(isStrict),
    },
    body: JSON.stringify({ model: 'm-1', stream: true, stream_options: { include_usage: true }, max_tokens: 100, tools, messages: [{ role: 'user', content }] }),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  await server.close()
  return bytes
}

const [portkey, mock] = await Promise.all([startPortkey(), startAimock()])
try {
  for (const [name, take] of Object.entries(takes)) {
    const bytes = await record(portkey.url, take, mock)
    writeFileSync(`${root}sdk/endpoints/openai/__fixtures__/portkey-${name}.sse`, bytes)
    console.log(`${name} (${bytes.length} bytes): ${JSON.stringify(logOf(readResponse([bytes])))}`)
  }
} finally {
  portkey.stop()
  await mock.stop()
}
