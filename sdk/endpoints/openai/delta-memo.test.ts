import fc from 'fast-check'
import { from } from 'rxjs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDeltaMemo } from './delta-memo.js'
import { readStream } from './read-stream.js'
import type { ModelEvent } from '../../contracts.js'
import type { Frame } from '../../protocol/frames.js'

const frame = (data: string, event = '', encoded = false): Frame => ({ data, event, id: undefined, encoded })
const say = (): void => {}
const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

function read(frames: Frame[]): unknown[] {
  const events: ModelEvent[] = []
  let counter = 0
  from(frames).pipe(readStream({ model: 'm', provider: 'p' }, () => 'id-' + ++counter)).subscribe(event => events.push(event))
  return events.map(event => (event.type === 'error' ? { ...event, error: event.error.code } : event))
}

/** What stands between the quotes of a string, as servers write it and as they should not. */
const literal = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).map(text => JSON.stringify(text).slice(1, -1)) },
  { weight: 2, arbitrary: fc.constantFrom('', 'z', 'z', '你', '🚣', '\\u4f60', '\\ud83d\\udea3', '\\/', '\\n', '\\\\', '\\"', ' ') },
  { weight: 1, arbitrary: fc.constantFrom('"', '\\', 'a\tb', '\n', '\\x', '","content":"', '"}}],"choices":[]}', '\\u12', '\u007f', '\u2028') },
)
/** Heads and tails of calls, as the same fragment may be the tail of another call after the next head. */
const call = fc.constantFrom(
  (args: string) => `{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"w",${args}}}]}}]}`,
  (args: string) => `{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"b","function":{"name":"v",${args}}}]}}]}`,
  (args: string) => `{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"name":"u",${args}}}]}}]}`,
  ...['"index":0,', '"index":0,', '"index":1,', '', '"index":0,"id":null,', '"index":0,"id":"a",'].map(
    place => (args: string) => `{"choices":[{"delta":{"tool_calls":[{${place}"function":{${args}}}]}}]}`,
  ),
  (args: string) => `{"choices":[{"delta":{"content":"z","tool_calls":[{"index":0,"function":{${args}}}]}}]}`,
  (args: string) => `{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{${args}}},{"index":1,"function":{"arguments":"1"}}]}}]}`,
  (args: string) => `{"choices":[{"delta":{"tool_calls":{"index":0,"function":{${args}}}}}]}`,
)
const field = fc.constantFrom('content', 'content', 'reasoning_content', 'reasoning', 'refusal', 'role')
const envelope = fc.constantFrom(
  (delta: string) => `{"id":"x","choices":[{"index":0,"delta":{${delta}},"finish_reason":null}]}`,
  (delta: string) => `{"choices":[{"delta":{"role":"assistant",${delta}}}],"id":"y"}`,
  (delta: string) => `{ "choices" : [ { "delta" : { ${delta} } } ] , "usage" : null }`,
  (delta: string) => `{"choices":[{"delta":{${delta},"reasoning":"tail"}}]}`,
  (delta: string) => `{"choices":[{"delta":{${delta}},"finish_reason":"stop"}]}`,
  (delta: string) => `{"choices":[{"delta":{${delta},"con\\u0074ent":"z"}}]}`,
  (delta: string) => `{"content":"z","choices":[{"delta":{${delta}}}]}`,
  (delta: string) => `{"choices":[{"delta":{${delta}}}],"usage":{"prompt_tokens":3}}`,
  (delta: string) => `{"choices":[{"delta":{${delta},"tool_calls":[{"index":0,"id":"a","function":{"name":"w","arguments":"1"}}]}}]}`,
)
const name = fc.constantFrom('', '', '', '', '', 'x', 'error')
const colon = fc.constantFrom(':', ': ', ' : ')
const event = fc.oneof(fc.record({ envelope, field, colon }), fc.record({ envelope: call, field: fc.constant('arguments'), colon }))
// Runs of likes, so that the memo is used: each kind of event is repeated with other strings, and now and then another name.
const stream = fc.array(fc.tuple(event, fc.array(fc.tuple(literal, name), { minLength: 1, maxLength: 6 })), { maxLength: 8 }).map(runs =>
  runs.flatMap(([{ envelope: wrap, field: key, colon }, strings]) => strings.map(([text, called]) => frame(wrap(`"${key}"${colon}"${text}"`), called))),
)

describe('the memo', () => {
  // Blanks before an event mean nothing to JSON. With another number of them each time, no event is like an earlier one.
  const withoutMemo = (frames: Frame[]): Frame[] => frames.map((each, index) => ({ ...each, data: ' '.repeat(index) + each.data }))

  test('reads what plain parsing reads', () => {
    fc.assert(fc.property(stream, frames => void expect(read(frames)).toEqual(read(withoutMemo(frames)))), { numRuns: 2000, seed: 20_261_125 })
  })
  test('reads bytes as it reads text', () => {
    const asBytes = (frames: Frame[]): Frame[] => frames.map(each => ({ ...each, data: latin1(each.data), encoded: true }))
    fc.assert(fc.property(stream, frames => void expect(read(asBytes(frames))).toEqual(read(withoutMemo(frames)))), { numRuns: 1000, seed: 20_261_126 })
  })
  test('recognises an event that differs in its string only', () => {
    const memo = createDeltaMemo()
    const of = (text: string, tail = 'null'): Frame => frame(`{"id":"x","d":{"content":"${text}"},"f":${tail}}`)
    expect(memo.match(of('a'))).toBeUndefined()
    memo.learn(of('a'), 'content', 'a', say)
    expect([memo.match(of('你好')), memo.match(of('\\"q\\"')), memo.match(of('c', '"stop"')), memo.say]).toEqual(['你好', '"q"', undefined, say])
  })
  test('learns nothing from an event too long to be searched', () => {
    const memo = createDeltaMemo()
    const of = (text: string): Frame => frame(`{"d":{"content":"${text}"}}`)
    const long = 'a'.repeat(10_000)
    memo.learn(of(long), 'content', long, say)
    expect(memo.match(of('a'))).toBeUndefined()
    memo.learn(of('a'), 'content', 'a', say)
    expect(memo.match(of(long))).toBe(long)
  })
  test('is used for the arguments of a call', () => {
    const tail = (args: string): Frame => frame(`{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":${JSON.stringify(args)}}}]}}]}`)
    const head = frame('{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"w","arguments":""}}]}}]}')
    const parse = vi.spyOn(JSON, 'parse')
    onTestFinished(() => parse.mockRestore())
    read([head, tail('{"a'), tail('bc":'), tail('[1,'), tail('2]}')])
    expect(parse.mock.calls.map(([text]) => text).filter(text => text.startsWith('{'))).toEqual([head.data, tail('{"a').data])
  })
  test('gives up on a stream whose events never look alike', () => {
    const memo = createDeltaMemo()
    const of = (index: number): Frame => frame(`{"id":"${index}","d":{"content":"a"}}`)
    for (let index = 0; index < 9; index++) {
      memo.match(of(index))
      memo.learn(of(index), 'content', 'a', say)
    }
    memo.learn(of(9), 'content', 'a', say)
    expect(memo.match(of(9))).toBeUndefined()
  })
})
