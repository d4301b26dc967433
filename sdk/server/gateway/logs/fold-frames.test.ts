import { expect, it } from 'vitest'
import type { Frame } from '../frames.js'
import { foldFrames } from './fold-frames.js'

const chunk = (delta: object, more: object = {}, choice: object = {}): string => JSON.stringify({ id: 'x', choices: [{ index: 0, delta, finish_reason: null, ...choice }], ...more })
const frames = (...data: (string | string[])[]): Frame[] => data.map((each, index) => ({ seq: index + 1, lines: typeof each === 'string' ? [`data: ${each}`] : each }))
const folded = (...data: (string | string[])[]): (number | string)[][] =>
  foldFrames(frames(...data)).map(({ seq, lines }) => {
    const text = lines.at(-1)!.slice(6)
    if (!text.startsWith('{')) return [seq, text]
    const delta = JSON.parse(text).choices?.[0]?.delta ?? {}
    return [seq, delta.content ?? delta.reasoning_content ?? delta.tool_calls?.[0].function?.arguments ?? 'other']
  })

it('neighbours that make the same text longer become one frame with the number of the last', () => {
  expect(folded(chunk({ role: 'assistant', content: '' }), chunk({ content: '你' }), chunk({ content: '好', reasoning_content: null }), '[DONE]')).toEqual([[3, '你好'], [4, '[DONE]']])
  const [first] = foldFrames(frames(chunk({ role: 'assistant', content: '你' }), chunk({ content: '好' })))
  expect(JSON.parse(first!.lines[0]!.slice(6))).toEqual({ id: 'x', choices: [{ index: 0, delta: { role: 'assistant', content: '你好' }, finish_reason: null }] })
})
it('texts of different kinds and choices stay apart, in their order', () => {
  expect(folded(
    chunk({ reasoning_content: 'a' }), chunk({ reasoning_content: 'b' }), chunk({ content: 'c' }), chunk({ content: 'd' }),
    chunk({ content: 'e' }, {}, { index: 1 }), chunk({ content: 'f' }, {}, { index: 1 }), chunk({ content: 'g' }),
  )).toEqual([[2, 'ab'], [4, 'cd'], [6, 'ef'], [7, 'g']])
})
it('arguments of a call that has begun are folded, what begins one is not', () => {
  const call = (index: number | undefined, args: string, more: object = {}, part: object = {}) => chunk({ tool_calls: [{ index, function: { arguments: args, ...part }, ...more }] })
  expect(folded(
    call(0, '', { id: 'call_1' }, { name: 'find' }), call(0, '{"a"'), call(0, ':1}'),
    call(1, '{', { id: 'call_2' }), call(1, '"b"'), call(1, ':2'), call(0, 'x'), call(undefined, 'y'), call(undefined, 'z'), call(1, '', {}, { name: 'late' }),
  )).toEqual([[1, ''], [3, '{"a":1}'], [4, '{'], [6, '"b":2'], [7, 'x'], [8, 'y'], [9, 'z'], [10, '']])
})
it.each<[string, string | string[]]>([
  ['a finish reason', chunk({ content: 'b' }, {}, { finish_reason: 'stop' })],
  ['usage', chunk({ content: 'b' }, { usage: { total_tokens: 3 } })],
  ['two texts at once', chunk({ content: 'b', reasoning_content: 'c' })],
  ['a field that is not known', chunk({ content: 'b', annotations: [] })],
  ['a text that is none', chunk({ content: ['b'] })],
  ['two choices', JSON.stringify({ choices: [{ delta: { content: 'b' } }, { index: 1, delta: { content: 'c' } }] })],
  ['no choice', '{"choices":[],"usage":{}}'],
  ['an event', ['event: error', `data: ${chunk({ content: 'b' })}`]],
  ['what is no JSON', 'b'],
  ['null', 'null'],
])('%s stays as it came, and in its place', (_what, data) => {
  const all = frames(chunk({ content: 'a' }), chunk({ content: 'a' }), data, chunk({ content: 'z' }), chunk({ content: 'z' }))
  const result = foldFrames(all)
  expect(result.map(({ seq }) => seq)).toEqual([2, 3, 5])
  expect(result[1]).toBe(all[2])
})
it('one frame alone is passed on untouched, none is none', () => {
  const all = frames(chunk({ content: 'a' }))
  expect(foldFrames(all)[0]).toBe(all[0])
  expect(foldFrames([])).toEqual([])
})
it('a long text becomes several frames, none of which is too long for a phone', () => {
  const result = foldFrames(frames(...Array.from({ length: 3000 }, () => chunk({ content: 'x'.repeat(100) }))))
  expect(result).toHaveLength(5)
  expect(Math.max(...result.map(({ lines }) => lines[0]!.length))).toBeLessThan(70_000)
  expect(result.map(({ lines }) => JSON.parse(lines[0]!.slice(6)).choices[0].delta.content).join('')).toBe('x'.repeat(300_000))
})
