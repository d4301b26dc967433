import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { streamText, type StreamTextOptions } from './stream-text.js'
import type { ModelEvent } from '../contracts.js'
import { isSampanError, SampanError } from '../errors.js'
import { errorAnswer, finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

function listen(options: StreamTextOptions): { deltas: string[]; error: unknown; isComplete: boolean; leave(): void } {
  const heard = { deltas: [] as string[], error: undefined as unknown, isComplete: false, leave: () => {} }
  const subscription = streamText(options).subscribe({
    next: delta => void heard.deltas.push(delta),
    error: error => void (heard.error = error),
    complete: () => void (heard.isComplete = true),
  })
  heard.leave = () => subscription.unsubscribe()
  return heard
}

describe('streamText', () => {
  it('tells the answer piece by piece and completes', () => {
    expect(listen({ model: mockModel(textAnswer('舢', '板')), prompt: '写诗' })).toMatchObject({ deltas: ['舢', '板'], error: undefined, isComplete: true })
  })
  it('asks with instructions and a sentence, or with a whole conversation', () => {
    const model = mockModel(textAnswer('好'))
    listen({ model, prompt: '写诗', instructions: 'short' })
    listen({ model, prompt: [{ id: 'a', role: 'user', content: 'a' }, { id: 'b', role: 'assistant', content: 'b' }] })
    expect(model.requests.map(({ messages }) => messages.map(message => [message.role, 'content' in message && message.content]))).toEqual([
      [['system', 'short'], ['user', '写诗']],
      [['user', 'a'], ['assistant', 'b']],
    ])
    expect(model.requests[0]!.logId).not.toBe(model.requests[1]!.logId)
  })
  it('does nothing before it is subscribed to, and asks anew for each subscriber', () => {
    const model = mockModel(textAnswer('好'))
    const text$ = streamText({ model, prompt: 'x' })
    expect(model.requests).toHaveLength(0)
    text$.subscribe()
    text$.subscribe()
    expect(model.requests).toHaveLength(2)
  })
  it('leaves out what is no text', () => {
    const answer: ModelEvent[] = [{ type: 'reasoning-delta', delta: '想' }, ...toolAnswer(['c', 'x', {}]).slice(0, 2), ...textAnswer('好')]
    expect(listen({ model: mockModel(answer), prompt: 'x' }).deltas).toEqual(['好'])
  })
  it('fails with the error of the model, after the text that came', () => {
    const error = new SampanError('transport/timeout', 'slow')
    expect(listen({ model: mockModel(errorAnswer(error, '半')), prompt: 'x' })).toMatchObject({ deltas: ['半'], error, isComplete: false })
  })
  it('fails where the model just stops: half an answer is not taken for a whole one', () => {
    const { deltas, error, isComplete } = listen({ model: mockModel([{ type: 'text-delta', delta: '半' }]), prompt: 'x' })
    expect([deltas, isSampanError(error, 'transport/truncated'), isComplete]).toEqual([['半'], true, false])
  })
  it('completes where the model ended by its length limit', () => {
    expect(listen({ model: mockModel([{ type: 'text-delta', delta: '长' }, ...finish('length')]), prompt: 'x' }).isComplete).toBe(true)
  })
  it('says nothing of what comes after the end', () => {
    expect(listen({ model: mockModel([...textAnswer('好'), { type: 'text-delta', delta: 'late' }]), prompt: 'x' }).deltas).toEqual(['好'])
  })
  it('fails where the model throws', () => {
    const model = Object.assign((() => { throw new Error('bug') }) as never, { info: { provider: 'x', model: 'x' } })
    expect(listen({ model, prompt: 'x' }).error).toMatchObject({ message: 'bug' })
  })
  it('leaves the model when it is left, and when the answer is over', () => {
    const answer = new Subject<ModelEvent>()
    const left = listen({ model: mockModel(answer), prompt: 'x' })
    expect(answer.observed).toBe(true)
    left.leave()
    expect(answer.observed).toBe(false)
    const other = new Subject<ModelEvent>()
    listen({ model: mockModel(other), prompt: 'x' })
    textAnswer('好').forEach(event => other.next(event))
    expect(other.observed).toBe(false)
  })
})
