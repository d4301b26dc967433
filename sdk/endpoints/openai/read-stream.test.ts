import { concat, from, lastValueFrom, throwError, toArray } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { readStream } from './read-stream.js'
import type { ModelEvent } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import type { Frame } from '../../protocol/frames.js'

type Call = Record<string, unknown>
const frame = (data: unknown, event = ''): Frame => ({
  data: typeof data === 'string' ? data : JSON.stringify(data),
  event,
  id: undefined,
  encoded: false,
})
const calls = (...toolCalls: Call[]): Frame => frame({ choices: [{ index: 0, delta: { tool_calls: toolCalls } }] })
const call = (index: number | undefined, id: string | undefined, name: string | undefined, args?: unknown): Call => ({
  index,
  id,
  function: { name, arguments: args },
})
const end = (reason: string): Frame => frame({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })
const text = (content: string): Frame => frame({ id: 'x', choices: [{ index: 0, delta: { content }, finish_reason: null }] })
const done = frame('[DONE]')

async function read(...frames: Frame[]): Promise<ModelEvent[]> {
  let counter = 0
  const ids = (kind: string): string => kind + '-' + ++counter
  return lastValueFrom(from(frames).pipe(readStream({ model: 'm', provider: 'openai-compatible' }, ids), toArray()))
}
/** Calls as `id name(arguments)`. */
async function readCalls(...frames: Frame[]): Promise<string[]> {
  const found = new Map<string, string>()
  for (const event of await read(...frames)) {
    if (event.type === 'tool-call-start') found.set(event.toolCallId, event.toolCallName + ':')
    if (event.type === 'tool-call-delta') found.set(event.toolCallId, found.get(event.toolCallId) + event.delta)
  }
  return Array.from(found, ([id, value]) => id + ' ' + value)
}
const last = (events: ModelEvent[]): ModelEvent => events[events.length - 1]!

describe('tool calls as providers really send them', () => {
  test('F1: fragments of one index are one call', async () => {
    const frames = [calls(call(0, 'a', 'w', '')), calls(call(0, undefined, undefined, '{"c":')), calls(call(0, undefined, undefined, '"x"}'))]
    expect(await readCalls(...frames, end('tool_calls'), done)).toEqual(['a w:{"c":"x"}'])
  })
  test('F2: calls without an index are told apart by id', async () => {
    expect(await readCalls(calls(call(undefined, 'a', 'w', '{}')), calls(call(undefined, 'b', 'w', '{}')), end('tool_calls'))).toEqual(['a w:{}', 'b w:{}'])
  })
  test('F3: two ids at index 0 are two calls', async () => {
    expect(await readCalls(calls(call(0, 'a', 'r', '{"p":1}')), calls(call(0, 'b', 'r', '{"p":2}')), end('tool_calls'))).toEqual(['a r:{"p":1}', 'b r:{"p":2}'])
  })
  test('F4: a first index of 1 leaves no hole', async () => {
    expect(await readCalls(calls(call(1, 'a', 'w', '{}')), end('tool_calls'))).toEqual(['a w:{}'])
  })
  test('F5: arguments wait for a name that comes late', async () => {
    const events = await read(calls(call(0, 'a', undefined, '{"c"')), calls(call(0, undefined, 'w', ':1}')), end('tool_calls'))
    expect(events.slice(0, 2)).toEqual([
      { type: 'tool-call-start', toolCallId: 'a', toolCallName: 'w' },
      { type: 'tool-call-delta', toolCallId: 'a', delta: '{"c":1}' },
    ])
  })
  test('F6: blank ids and names on continuations change nothing', async () => {
    expect(await readCalls(calls(call(0, 'a', 'w', '')), calls(call(0, '', '', '{}')), end('tool_calls'))).toEqual(['a w:{}'])
  })
  test('F7: a tail at index 1 goes to the call whose head claimed index 0', async () => {
    const frames = [calls(call(0, 'a', 'r', '{"p":1}')), calls(call(0, 'b', 's', '{"q"')), calls(call(1, undefined, undefined, ':1}'))]
    expect(await readCalls(...frames, end('tool_calls'))).toEqual(['a r:{"p":1}', 'b s:{"q":1}'])
  })
  test('F8: a call without an id gets one that stays', async () => {
    expect(await readCalls(calls(call(0, undefined, 'w', '{')), calls(call(0, undefined, undefined, '}')), end('tool_calls'))).toEqual(['call-1 w:{}'])
  })
  test('F9: a stream cut in the arguments ends as truncated, without finish', async () => {
    const events = await read(calls(call(0, 'a', 'w', '{"c":')))
    expect(last(events)).toMatchObject({ type: 'error', error: { code: 'transport/truncated', retryable: true } })
    expect(events.some(event => event.type === 'finish')).toBe(false)
  })
  test('F10: finish "stop" with a call is still a tool call', async () => {
    expect(last(await read(calls(call(0, 'a', 'w', '{}')), end('stop')))).toMatchObject({ type: 'finish', reason: 'tool-calls' })
  })
  test('an id that comes after the name belongs to the same call', async () => {
    const frames = [calls(call(0, undefined, 'w', '')), calls(call(0, 'late', undefined, '{}'))]
    expect(await readCalls(...frames, end('tool_calls'))).toEqual(['call-1 w:{}'])
  })
  test('arguments that come as an object become JSON text', async () => {
    expect(await readCalls(calls(call(0, 'a', 'w', { c: 1 })), end('tool_calls'))).toEqual(['a w:{"c":1}'])
  })
  test('interleaved parallel calls stay apart', async () => {
    const frames = [calls(call(0, 'a', 'r', ''), call(1, 'b', 's', '')), calls(call(1, undefined, undefined, '[2]')), calls(call(0, undefined, undefined, '[1]'))]
    expect(await readCalls(...frames, end('tool_calls'))).toEqual(['a r:[1]', 'b s:[2]'])
  })
  test('a finish reason on every chunk does not cut the arguments', async () => {
    const each = (...toolCalls: Call[]): Frame => frame({ choices: [{ delta: { tool_calls: toolCalls }, finish_reason: 'tool_calls' }] })
    expect(await readCalls(each(call(0, 'a', 'w', '{"c":')), each(call(0, undefined, undefined, '1}')), done)).toEqual(['a w:{"c":1}'])
  })
  test('a continuation without id, index and name belongs to the last call, once the others are whole', async () => {
    const bare = calls(call(undefined, undefined, undefined, '1}'))
    expect(await readCalls(calls(call(undefined, 'a', 'w', '{}')), calls(call(undefined, 'b', 'w', '{"q":')), bare, end('stop'))).toEqual(['a w:{}', 'b w:{"q":1}'])
  })
  test('a continuation that may belong to two calls is dropped', async () => {
    const bare = calls(call(undefined, undefined, undefined, '1}'))
    expect(await readCalls(calls(call(undefined, 'a', 'w', '{"p":')), calls(call(undefined, 'b', 'w', '{"q":')), bare, end('stop'))).toEqual(['a w:{"p":', 'b w:{"q":'])
  })
  test('a continuation before any call is a call without a name', async () => {
    expect(await readCalls(calls(call(undefined, undefined, undefined, '{}')), end('stop'))).toEqual(['call-1 :{}'])
  })
  test('an index that names nobody continues the last call', async () => {
    expect(await readCalls(calls(call(0, 'a', 'w', '{"q":')), calls(call(5, undefined, undefined, '1}')), end('stop'))).toEqual(['a w:{"q":1}'])
  })
  test('an id that returns at another index with a name is another call', async () => {
    const frames = [calls(call(0, 'x', 'w', '{"p":1}')), calls(call(1, 'x', 'v', '{"q":2}'))]
    const starts = (await read(...frames, end('tool_calls'))).filter(event => event.type === 'tool-call-start')
    expect(starts).toMatchObject([{ toolCallName: 'w' }, { toolCallName: 'v' }])
  })
  test('a name that is repeated with each fragment is one name', async () => {
    const frames = [calls(call(0, 'a', 'w', '')), calls(call(0, 'a', 'w', '{"q":')), calls(call(0, 'a', 'w', '1}'))]
    expect(await readCalls(...frames, end('tool_calls'))).toEqual(['a w:{"q":1}'])
  })
  test('a call without arguments is a call', async () => {
    expect(await readCalls(calls(call(0, 'a', 'w')), end('tool_calls'))).toEqual(['a w:'])
  })
  test('a call the provider broke off is none of the model\'s, and an answer it broke off is an error', async () => {
    const brokenOff = { type: 'error', error: { code: 'endpoint/provider-error', retryable: true, details: { providerCode: 'insufficient_system_resource' } } }
    const cut = [calls(call(0, 'a', 'w', '{"q":')), end('insufficient_system_resource')]
    expect(last(await read(...cut))).toMatchObject(brokenOff)
    expect(last(await read(text('half'), end('insufficient_system_resource')))).toMatchObject(brokenOff)
    expect(last(await read(calls(call(0, 'a', 'w', '{}')), end('tool_use')))).toMatchObject({ reason: 'tool-calls' })
  })
  test('empty tool call lists inside reasoning are nothing', async () => {
    const events = await read(frame({ choices: [{ delta: { reasoning_content: 'hm', tool_calls: [] } }] }), end('stop'))
    expect(events[0]).toEqual({ type: 'reasoning-delta', delta: 'hm' })
    expect(last(events)).toMatchObject({ reason: 'stop' })
  })
})

describe('text, reasoning and usage', () => {
  test('text that differs only in its words is read like any other', async () => {
    const words = ['你好', '，', 'a "quoted" word', '\n', '\\', '🧋', '', 'end']
    const events = await read(...words.map(text), end('stop'), done)
    expect(events.filter(event => event.type === 'text-delta').map(event => (event as { delta: string }).delta)).toEqual(words.filter(Boolean))
  })
  test('frames that are still bytes are decoded', async () => {
    const latin1 = Buffer.from(JSON.stringify({ choices: [{ delta: { content: '漢字🧋' } }] }), 'utf8').toString('latin1')
    const encoded: Frame = { data: latin1, event: '', id: undefined, encoded: true }
    const second = { ...encoded, data: latin1.replace(Buffer.from('漢字🧋').toString('latin1'), Buffer.from('好').toString('latin1')) }
    const events = await read(encoded, second, end('stop'))
    expect(events.slice(0, 2)).toEqual([{ type: 'text-delta', delta: '漢字🧋' }, { type: 'text-delta', delta: '好' }])
  })
  test('reasoning is read from either field, and apart from text', async () => {
    const events = await read(frame({ choices: [{ delta: { reasoning: 'A' } }] }), frame({ choices: [{ delta: { reasoning_content: 'B', content: 'C' } }] }), end('stop'))
    expect(events.slice(0, 3)).toEqual([
      { type: 'reasoning-delta', delta: 'A' },
      { type: 'reasoning-delta', delta: 'B' },
      { type: 'text-delta', delta: 'C' },
    ])
  })
  test('usage comes once, from the last place it stood in, with the cache counters', async () => {
    const usage = { prompt_tokens: 9, completion_tokens: 2, prompt_cache_hit_tokens: 4 }
    const events = await read(
      frame({ choices: [{ delta: { content: 'x' }, usage: { prompt_tokens: 1 } }] }),
      end('stop'),
      frame({ choices: [], model: 'real', usage }),
      done,
    )
    expect(events.filter(event => event.type === 'usage')).toEqual([
      { type: 'usage', usage: { provider: 'openai-compatible', model: 'real', inputTokens: 9, outputTokens: 2, cachedInputTokens: 4 } },
    ])
  })
  test('a body that is no stream is read as one answer', async () => {
    const body = { choices: [{ message: { content: 'whole' }, finish_reason: 'stop' }] }
    expect(await read(frame(body, 'sampan:body'))).toEqual([
      { type: 'text-delta', delta: 'whole' },
      { type: 'finish', reason: 'stop', rawReason: 'stop' },
    ])
  })
})

describe('how a stream ends', () => {
  test('a bare close is truncated, although text came', async () => {
    expect(last(await read(text('half')))).toMatchObject({ type: 'error', error: { code: 'transport/truncated' } })
  })
  test('nothing at all is truncated', async () => {
    expect(await read()).toMatchObject([{ type: 'error', error: { code: 'transport/truncated' } }])
  })
  test('an error inside a 200 stream is an error, with the provider\'s code', async () => {
    const events = await read(text('half'), frame({ error: { message: 'Overloaded', code: 'server_overloaded' } }), text('more'))
    expect(last(events)).toMatchObject({ type: 'error', error: { code: 'endpoint/provider-error', message: 'Overloaded', retryable: true, details: { providerCode: 'server_overloaded' } } })
  })
  test('an event named error is an error', async () => {
    expect(last(await read(frame({ message: 'no' }, 'error')))).toMatchObject({ type: 'error', error: { code: 'endpoint/provider-error', message: 'no' } })
  })
  test.each<[string, unknown, string, object]>([
    ['a gateway\'s', { error: { message: 'm', code: 'upstream_timeout', requestId: 'r', status: 504, retryAfter: 2 } }, 'm', { retryable: true, details: { providerCode: 'upstream_timeout', requestId: 'r', status: 504, retryAfterMs: 2000 } }],
    ['vLLM\'s', { object: 'error', message: 'm', type: 'BadRequestError', code: 400 }, 'm', { retryable: false, details: { providerCode: '400' } }],
    ['DashScope\'s', { code: 'Throttling.RateQuota', message: 'm', request_id: 'r' }, 'm', { retryable: true, details: { requestId: 'r' } }],
    ['a string', { error: 'm' }, 'm', { retryable: false }],
    ['a number that looks like a status', { error: { message: 'm', code: 503 } }, 'm', { retryable: true }],
    ['a number that is none', { error: { message: 'm', code: '1210' } }, 'm', { retryable: false }],
    ['a code that only contains a passing one', { error: { message: 'm', code: 'generate_failed' } }, 'm', { retryable: false }],
    ['an object that says nothing', { error: {} }, 'The provider reported an error in the stream.', { retryable: false }],
  ])('%s error object is read', async (_, chunk, message, error) => {
    expect(last(await read(text('half'), frame(chunk)))).toMatchObject({ type: 'error', error: { code: 'endpoint/provider-error', message, ...error } })
  })
  test('a chunk with an error of null is a chunk', async () => {
    expect(last(await read(frame({ error: null, choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] })))).toMatchObject({ type: 'finish' })
  })
  test('chunks without a choice, or that say nothing, are passed over', async () => {
    const frames = [frame({ choices: [] }), frame({ id: 'x', choices: [{ index: 0, moderation: {} }] }), frame(''), frame('  ')]
    expect(await read(...frames, text('a'), done)).toMatchObject([{ type: 'text-delta' }, { type: 'finish' }])
  })
  test('[DONE] is known with quotes and blanks', async () => {
    for (const mark of ['"[DONE]"', '[DONE] ', '[DONE]\n']) expect(last(await read(text('a'), frame(mark), text('b')))).toMatchObject({ type: 'finish' })
  })
  test('an error of the transport passes on, with the usage so far, unless the model had come to its end', async () => {
    const cut = new SampanError('transport/offline', 'x')
    const readCut = (...frames: Frame[]): Promise<ModelEvent[]> =>
      lastValueFrom(concat(from(frames), throwError(() => cut)).pipe(readStream({ model: 'm', provider: 'openai-compatible' }, kind => kind), toArray()))
    const half = frame({ choices: [{ delta: { content: 'x' } }], usage: { prompt_tokens: 1 } })
    expect(await readCut(half)).toMatchObject([{ type: 'text-delta' }, { type: 'usage', usage: { inputTokens: 1 } }, { type: 'error', error: cut }])
    expect(last(await readCut(half, end('stop')))).toMatchObject({ type: 'finish' })
  })
  test('an event that is no JSON is malformed', async () => {
    expect(last(await read(text('half'), frame('<html>')))).toMatchObject({ type: 'error', error: { code: 'protocol/malformed' } })
  })
  test('nothing is read after [DONE]', async () => {
    const events = await read(text('a'), done, text('b'))
    expect(events).toEqual([{ type: 'text-delta', delta: 'a' }, { type: 'finish', reason: 'stop', rawReason: undefined }])
  })
})
