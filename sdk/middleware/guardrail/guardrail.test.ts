import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { byHand, guarded, said, shown, words } from './__fixtures__/guarded.js'
import { guardrail, type GuardrailOptions, type Verdict } from './index.js'
import { answers, asked, contextOf, ended, endOf, question, record, run, typesOf } from '../../agent/__fixtures__/runs.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import { jsonOutput } from '../../agent/json-output.js'
import { createCancel } from '../../context/cancel.js'
import { memoryLedger } from '../../context/run-context.js'
import type { ModelEndpoint, ModelEvent } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import type { Message } from '../../protocol/messages.js'
import { mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'
import { createTestClock } from '../../testkit/test-clock.js'

describe('the question', () => {
  it('reaches the model where it is allowed', () => {
    const model = mockModel(textAnswer('好'))
    expect(shown(run(guarded(model, { input: words }), said('拿铁')))).toEqual(['好'])
    expect(model.requests[0]!.messages).toMatchObject([{ content: '拿铁' }])
  })
  it('is not seen by the model where it is blocked: the person reads a sentence and the run ends well', () => {
    const model = mockModel(textAnswer('好'))
    const events = run(guarded(model, { input: words }), said('坏话'))
    expect(model.requests).toEqual([])
    expect(shown(events)).toEqual(['[不显示]'])
    expect(endOf(events)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' }, metadata: { sampan: { blocked: { in: 'input', reason: 'bad-word' } } } })
  })
  it('stays out of sight of later models, blocked or replaced, and is not judged again', () => {
    const model = mockModel(textAnswer('好'))
    const texts: string[] = []
    const agent = guarded(model, { input: text => (texts.push(text), words(text)) })
    const first = run(agent, said('坏话'))
    const state = (first.find(event => event.type === 'STATE_SNAPSHOT') as { snapshot: unknown }).snapshot
    const messages: Message[] = [{ id: 'u', role: 'user', content: '坏话' }, { id: 'a', role: 'assistant', content: '[不显示]' }, { id: 'v', role: 'user', content: [{ type: 'text', text: '电话123' }] }]
    const second = run(agent, question({ messages, state: JSON.parse(JSON.stringify(state)) }))
    expect(model.requests[0]!.messages.map(message => (message as { content: unknown }).content)).toEqual(['[…]', '[不显示]', [{ type: 'text', text: '电话***' }]])
    expect(texts).toEqual(['坏话', '电话123'])
    expect(second).toContainEqual({ type: 'STATE_SNAPSHOT', snapshot: { sampan: { judged: { u: '[…]', v: '电话***' } } } })
  })
  it('waits for a check that takes its time, and leaving forgets it', () => {
    const { open, check } = byHand()
    const clock = createTestClock()
    const model = mockModel(textAnswer('好'))
    const recording = record(guarded(model, { input: check }), said('拿铁'), contextOf({ clock }))
    expect(model.requests).toEqual([])
    open[0]!.answer('allow')
    expect(shown(ended(recording))).toEqual(['好'])
    const left = record(guarded(model, { input: check }), said('拿铁'), contextOf({ clock }))
    left.leave()
    open[1]!.answer('allow')
    clock.advance(60_000)
    expect(model.requests).toHaveLength(1)
  })
  it('is not judged where a run goes on after an approval', () => {
    const tool = defineTool({ name: 'work', description: '', approval: 'ask', execute: () => 'ok' })
    let checks = 0
    const agent = guarded(mockModel(toolAnswer(['c', 'work', {}]), textAnswer('好')), { input: () => (checks++, 'allow'), output: words }, [tool])
    const ledger = memoryLedger()
    const first = run(agent, question(), contextOf({ ledger }))
    expect(asked(first)).toHaveLength(1)
    const second = run(agent, answers(first, { [asked(first)[0]!.id]: { approved: true } }), contextOf({ ledger }))
    expect(shown(second)).toEqual(['好'])
    expect(checks).toBe(1)
  })
})

describe('a check that fails', () => {
  const slow = { then() {} } as unknown as PromiseLike<Verdict>
  it.each<[string, GuardrailOptions['input']]>([['throws', () => { throw new Error('down') }], ['rejects', () => ({ then: (_: unknown, no: any) => no(new Error('down')) }) as never], ['takes too long', () => slow], ['forgets to answer', () => undefined as never], ['promises nothing', () => ({ then: (yes: any) => yes(undefined) }) as never]])('and %s blocks, unless it is told to allow', (_, input) => {
    for (const onFailure of [undefined, 'allow'] as const) {
      const clock = createTestClock()
      const model = mockModel(textAnswer('好'))
      const recording = record(guarded(model, { input, onFailure, timeoutMs: 500 }), said('x'), contextOf({ clock }))
      clock.advance(500)
      const events = ended(recording)
      expect(model.requests).toHaveLength(onFailure ? 1 : 0)
      expect(endOf(events).metadata?.sampan.blocked).toEqual(onFailure ? undefined : { in: 'input', reason: 'check-failed' })
    }
  })
})

describe('the answer, held', () => {
  it('is shown sentence by sentence, each once it is judged, in order', () => {
    const { open, check } = byHand()
    const answer = new Subject<ModelEvent>()
    const recording = record(guarded(mockModel(answer), { output: check }))
    const say = (delta: string): void => answer.next({ type: 'text-delta', delta })
    say('第一句。第')
    say('二句。第三')
    expect(open.map(({ text, before }) => [text, before])).toEqual([['第一句。', ''], ['第二句。', '第一句。']])
    open[1]!.answer('allow')
    expect(shown(recording.events)).toEqual([])
    open[0]!.answer('allow')
    expect(shown(recording.events)).toEqual(['第一句。第二句。'])
    answer.next({ type: 'finish', reason: 'stop' })
    expect(typesOf(recording.events)).not.toContain('TEXT_MESSAGE_END')
    open[2]!.answer({ replace: '第三句' })
    expect(shown(ended(recording))).toEqual(['第一句。第二句。第三句'])
  })
  it('ends at what is blocked: what was good stays, the rest never comes, and the model is let go', () => {
    const answer = new Subject<ModelEvent>()
    const recording = record(guarded(mockModel(answer), { output: words }))
    answer.next({ type: 'text-delta', delta: '好话。坏话。还有' })
    expect(answer.observed).toBe(false)
    const events = ended(recording)
    expect(shown(events)).toEqual(['好话。[不显示]'])
    expect(JSON.stringify(events)).not.toContain('坏话')
    expect(endOf(events)).toMatchObject({ outcome: { type: 'success' }, metadata: { sampan: { blocked: { in: 'output', reason: 'bad-word' } } } })
  })
  it('is cancelled on the server too when it is blocked', () => {
    let cancels = 0
    const model: ModelEndpoint = Object.assign((_: unknown, { cancel }: { cancel: { onCancel(listener: () => void): unknown } }) => {
      cancel.onCancel(() => cancels++)
      return mockModel(textAnswer('坏话。'))({ messages: [] }, contextOf())
    }, { info: { provider: 'mock', model: 'mock' } }) as never
    run(guarded(model, { output: words }))
    expect(cancels).toBe(1)
  })
  it('is judged whole where it is asked to', () => {
    const texts: string[] = []
    run(guarded(mockModel(textAnswer('一。', '二。')), { output: text => (texts.push(text), 'allow'), per: 'message' }))
    expect(texts).toEqual(['一。二。'])
  })
  it('has its thoughts judged too; a bad thought leaves a sentence in a message', () => {
    const thinking = mockModel([{ type: 'reasoning-delta', delta: '想坏事。' }, ...textAnswer('好')])
    const events = run(guarded(thinking, { output: words }))
    expect(shown(events)).toEqual(['[不显示]'])
    expect(JSON.stringify(events)).not.toContain('坏事')
  })
  it('does not come back in the history that a question to the person brings along', () => {
    const tool = defineTool({ name: 'work', description: '', approval: 'ask', execute: () => 'ok' })
    const events = run(guarded(mockModel([{ type: 'text-delta', delta: '电话123。' }, ...toolAnswer(['c', 'work', {}])]), { output: words }, [tool]))
    expect(asked(events)).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain('123')
  })
  it('does not come back as the result of the run', () => {
    const output = { type: 'object', properties: { tel: { type: 'string' } } }
    const agent = createAgent({ model: mockModel(textAnswer('{"tel":"电话123"}')), output: jsonOutput(output), middleware: [guardrail({ output: words, per: 'message' })] })
    const events = run(agent)
    expect(shown(events)).toEqual(['{"tel":"电话***"}'])
    expect(endOf(events).result).toBeUndefined()
  })
  it('that waits for a verdict is dropped when the person cancels', () => {
    const { check } = byHand()
    const cancel = createCancel()
    const recording = record(guarded(mockModel(textAnswer('好。')), { output: check }), question(), contextOf({ cancel: cancel.signal }))
    cancel.cancel()
    const events = ended(recording)
    expect(endOf(events).outcome).toEqual({ type: 'cancelled' })
    expect(shown(events)).toEqual([])
  })
})

describe('the answer, in parallel', () => {
  const parallel = (check: GuardrailOptions['output'], more: GuardrailOptions = {}): GuardrailOptions => ({ output: check, mode: 'parallel', ...more })
  it('is shown at once; the end waits for the verdicts', () => {
    const { open, check } = byHand()
    const recording = record(guarded(mockModel(textAnswer('一。', '二。')), parallel(check)))
    expect(shown(recording.events)).toEqual(['一。二。'])
    expect(typesOf(recording.events)).not.toContain('RUN_FINISHED')
    open.forEach(({ answer }) => answer('allow'))
    expect(endOf(ended(recording)).outcome).toEqual({ type: 'success' })
  })
  it('is taken back from what is bad on, also before a client that knows none of our events', () => {
    const { open, check } = byHand()
    const answer = new Subject<ModelEvent>()
    const recording = record(guarded(mockModel(answer), parallel(check)))
    answer.next({ type: 'text-delta', delta: '好。坏。后面' })
    open[0]!.answer('allow')
    open[1]!.answer({ block: 'bad-word', text: '[不显示]' })
    const events = ended(recording)
    expect(events).toContainEqual({ type: 'CUSTOM', name: 'sampan:text-retracted', value: { messageId: expect.any(String), text: '好。[不显示]', reason: 'bad-word' } })
    expect(shown(events)).toEqual(['好。[不显示]'])
    expect(answer.observed).toBe(false)
  })
  it('keeps nothing that nobody has found good', () => {
    const { open, check } = byHand()
    const recording = record(guarded(mockModel(textAnswer('一。', '二。', '三。')), parallel(check)))
    open[1]!.answer({ block: 'x', text: '!' })
    expect(shown(ended(recording))).toEqual(['!'])
  })
  it('has a piece replaced, and goes on behind it with what is judged', () => {
    const answer = new Subject<ModelEvent>()
    const recording = record(guarded(mockModel(answer), parallel(words)))
    const say = (delta: string): void => answer.next({ type: 'text-delta', delta })
    say('好。电话1')
    say('23。后')
    say('面')
    expect(shown(recording.events)).toEqual(['好。电话***。'])
    answer.next({ type: 'finish', reason: 'stop' })
    expect(shown(ended(recording))).toEqual(['好。电话***。后面'])
  })
  it('is taken back whole where the question was bad', () => {
    const { open, check } = byHand()
    const recording = record(guarded(mockModel(textAnswer('回答')), { input: check, mode: 'parallel' }))
    expect(shown(recording.events)).toEqual(['回答'])
    open[0]!.answer({ block: 'x', text: '不行' })
    const events = ended(recording)
    expect(shown(events)).toEqual(['不行'])
    expect(endOf(events).metadata).toEqual({ sampan: { blocked: { in: 'input', reason: 'x' } } })
    expect(events).toContainEqual({ type: 'STATE_SNAPSHOT', snapshot: { sampan: { judged: { 'user-1': '[…]' } } } })
  })
  it('stays taken back when the run says its history anew', () => {
    const reset: ModelEvent = { type: 'reset', error: new SampanError('transport/truncated', 'cut') }
    const tool = defineTool({ name: 'work', description: '', execute: () => 1 })
    for (const mode of ['parallel', 'blocking'] as const) {
      const model = mockModel([{ type: 'text-delta', delta: '电话123。' }, ...toolAnswer(['c', 'work', {}])], [{ type: 'text-delta', delta: '半' }, reset, reset, ...textAnswer('好')])
      const events = run(guarded(model, { output: words, mode }, [tool]))
      expect(shown(events)).toEqual(['电话***。', '好'])
    }
  })
  it('is not begun where the question is known to be bad', () => {
    const model = mockModel(textAnswer('回答'))
    expect(shown(run(guarded(model, { input: words, mode: 'parallel' }), said('坏')))).toEqual(['[不显示]'])
    expect(model.requests).toEqual([])
  })
})

it('costs the same for each delta, however long the answer', () => {
  let looks = 0
  const count = (length: number): number => {
    looks = 0
    run(guarded(mockModel(textAnswer(...Array.from({ length }, () => '一二三。'))), { output: (_, { before }) => (before().length > 1e9 ? 'allow' : (looks++, 'allow')) }))
    return looks
  }
  expect(count(200)).toBe(200)
  expect(count(2_000)).toBe(2_000)
})
