import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRandom } from './random.js'

// What stands outside the system under test: a model provider that answers by the conversation alone, and a shop whose
// counter says how often each effect really happened.

/** What the model says in each step of every conversation: a thought and two calls, two calls more, the answer. */
const STEPS: readonly { text: string; calls: readonly [name: string, args: object][] }[] = [
  { text: '我先查一下菜单。', calls: [['find', { keyword: '拿铁' }], ['find', { keyword: '美式' }]] },
  { text: '有两款，我记下并下单。', calls: [['note', { text: '拿铁' }], ['order', { drink: '拿铁' }]] },
  { text: '好了：七号，请稍等。', calls: [] },
]

/** What the person reads in the end, whatever happened on the way. */
export const ANSWER: readonly string[] = STEPS.map(({ text }) => text)

export interface World {
  readonly url: string
  /** How often the model was asked for this step of this conversation. */
  asked(conversation: string, step: number): number
  /** How often the effect of this key happened. */
  effects(key: string): number
  close(): Promise<void>
}

/** Starts provider and shop on loopback. */
export async function startWorld(): Promise<World> {
  const asks = new Map<string, number>()
  const effects = new Map<string, number>()
  const count = (counts: Map<string, number>, key: string): number => {
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return counts.get(key)!
  }
  const server = createServer((request, response) => {
    void bodyOf(request).then(body => {
      if (request.url === '/effect') return takeEffect(body, response, key => count(effects, key))
      return complete(body, response, key => count(asks, key))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (conversation, step) => asks.get(`${conversation} ${step}`) ?? 0,
    effects: key => effects.get(key) ?? 0,
    close: () => stop(server),
  }
}

/** The effect happens; whether its caller hears of it is another matter. */
function takeEffect(body: { key: string; isHeard: boolean }, response: ServerResponse, count: (key: string) => number): void {
  count(body.key)
  if (body.isHeard) response.end('{}')
  else response.destroy()
}

interface Asked { messages: { role: string; content?: unknown }[] }

/** The step follows from the results since the person last spoke, and the numbers of calls from the step alone. */
async function complete({ messages }: Asked, response: ServerResponse, count: (key: string) => number): Promise<void> {
  const last = messages.map(({ role }) => role).lastIndexOf('user')
  const results = messages.slice(last).filter(({ role }) => role === 'tool').length
  const step = Math.min(results / 2, STEPS.length - 1)
  const conversation = String(messages[last]?.content)
  const time = count(`${conversation} ${step}`)
  const random = createRandom(time * 7919 + step)
  const { text, calls } = STEPS[step]!
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const say = (choice: object): unknown => response.write(`data: ${JSON.stringify({ choices: [{ index: 0, ...choice }] })}\n\n`)
  for (const letter of text) {
    say({ delta: { content: letter } })
    if (random.chance(0.3)) await new Promise(resolve => setTimeout(resolve, random.between(0, 4)))
  }
  for (const [index, [name, args]] of calls.entries()) {
    const written = JSON.stringify(args)
    // The ids some providers give: counted from 0 in each answer.
    say({ delta: { tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } }] } })
    for (let at = 0; at < written.length; at += 5) say({ delta: { tool_calls: [{ index, function: { arguments: written.slice(at, at + 5) } }] } })
  }
  say({ delta: {}, finish_reason: calls.length ? 'tool_calls' : 'stop' })
  response.end('data: [DONE]\n\n')
}

async function bodyOf(request: IncomingMessage): Promise<any> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString() || '{}')
}

function stop(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
