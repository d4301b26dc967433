import { expect, it } from 'vitest'
import { partialOutput } from './partial-output.js'
import { createAgent } from '../agent/create-agent.js'
import { endOf, run } from '../agent/__fixtures__/runs.js'
import { jsonOutput } from '../agent/json-output.js'
import type { ModelEvent } from '../contracts.js'
import { SampanError } from '../errors.js'
import { of } from '../protocol/streams.js'
import type { AgentEvent } from '../protocol/events.js'
import { createRunContext } from '../context/run-context.js'
import { mockModel, textAnswer } from '../testkit/mock-model.js'

const grown = (events: readonly AgentEvent[]) => events.flatMap(event => (event.type === 'CUSTOM' && event.name === 'sampan:output-grown' ? [event.value] : []))
const play = (...answer: ModelEvent[]) => run(createAgent({ model: mockModel(answer), output: jsonOutput({ type: 'object' }), middleware: [partialOutput()] }))
const pieces = (text: string, size = 3) => text.match(new RegExp('[^]{1,' + size + '}', 'g'))!

it('shows the value while it grows, and all of it before the text ends', () => {
  const events = play(...textAnswer(...pieces('{"title":"舢板是一种小船","days":12}')))
  const values = grown(events)
  expect(values.length).toBeGreaterThan(2)
  expect(values[1]!.value).toEqual({ title: expect.stringMatching(/^舢/) })
  expect(values.at(-1)).toEqual({ messageId: expect.any(String), value: { title: '舢板是一种小船', days: 12 } })
  expect(endOf(events).result).toEqual(values.at(-1)!.value)
})
it('gives each value as it was then', () => {
  const values = grown(play(...textAnswer(...pieces('{"list":[1,2,3,4,5,6,7,8,9,10,11,12]}'))))
  const lengths = values.map(({ value }) => value.list?.length ?? 0)
  expect(lengths).toEqual(lengths.slice().sort((a, b) => a - b))
  expect(lengths[0]).toBeLessThan(lengths.at(-1)!)
})
it('finds the value in a code fence, and none in words', () => {
  expect(grown(play(...textAnswer(...pieces('```json\n{"city":"深圳"}\n```')))).at(-1)!.value).toEqual({ city: '深圳' })
  expect(grown(play(...textAnswer('没有')))).toEqual([])
})
it('begins anew where the answer does', () => {
  const reset: ModelEvent = { type: 'reset', error: new SampanError('transport/truncated', 'cut') }
  const values = grown(play({ type: 'text-delta', delta: '{"city":"旧城市的名字' }, reset, ...textAnswer('{"city":"新"}')))
  expect(values.map(({ value }) => value)).toEqual([{ city: '旧城市的名字' }, { city: '新' }])
  expect(new Set(values.map(({ messageId }) => messageId)).size).toBe(2)
})
it('copies no more in all than a few times the text, however long it is', () => {
  const text = JSON.stringify({ items: Array.from({ length: 4_000 }, (_, id) => ({ id, name: 'boat' })) })
  const values = grown(play(...textAnswer(...pieces(text, 5))))
  expect(values.length).toBeLessThan(60)
  expect(values.reduce((sum, { value }) => sum + JSON.stringify(value).length, 0)).toBeLessThan(6 * text.length)
})
it('takes the text of a run inside for no output', () => {
  const inner: AgentEvent = { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta: '{"city":"深圳"}', subagentRunId: 'a' }
  const seen: AgentEvent[] = []
  partialOutput()({} as never, createRunContext(), () => of(inner)).subscribe(event => seen.push(event))
  expect(seen).toEqual([inner])
})
