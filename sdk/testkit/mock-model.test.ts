import { NEVER, of, toArray, lastValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { createRunContext } from '../context/run-context.js'
import type { ModelEvent, ModelRequest } from '../contracts.js'
import { SampanError } from '../errors.js'
import { errorAnswer, mockModel, textAnswer, toolAnswer } from './mock-model.js'

const ask = (model: ReturnType<typeof mockModel>, request: ModelRequest = { messages: [] }): Promise<ModelEvent[]> =>
  lastValueFrom(model(request, createRunContext()).pipe(toArray()))
const typesOf = (events: ModelEvent[]): string[] => events.map(({ type }) => type)

describe('mockModel', () => {
  it('gives one answer a call, and the last again', async () => {
    const model = mockModel(textAnswer('one'), textAnswer('two'))
    const heard = [await ask(model), await ask(model), await ask(model)].map(([first]) => first)
    expect(heard).toEqual(['one', 'two', 'two'].map((delta) => ({ type: 'text-delta', delta })))
  })
  it('counts a call when it is subscribed to, not when it is made', async () => {
    const model = mockModel(textAnswer('one'), textAnswer('two'))
    const call = model({ messages: [] }, createRunContext())
    expect(model.requests).toEqual([])
    await lastValueFrom(call)
    expect(model.requests).toHaveLength(1)
  })
  it('remembers the messages as they were, whatever becomes of the list', async () => {
    const messages: ModelRequest['messages'] = [{ id: 'm1', role: 'user', content: '你好' }]
    const model = mockModel(textAnswer('好'))
    await ask(model, { messages })
    messages.push({ id: 'm2', role: 'user', content: '再见' })
    expect(model.requests[0]!.messages.map(({ id }) => id)).toEqual(['m1'])
  })
  it('answers by request, with events or with a stream of their own', async () => {
    const model = mockModel(({ messages }) => textAnswer(String(messages.length)), () => of<ModelEvent>({ type: 'finish', reason: 'length' }), NEVER)
    expect((await ask(model))[0]).toEqual({ type: 'text-delta', delta: '0' })
    expect(await ask(model)).toEqual([{ type: 'finish', reason: 'length' }])
    let ended = false
    model({ messages: [] }, createRunContext()).subscribe({ complete: () => (ended = true) }).unsubscribe()
    expect([ended, model.requests.length]).toEqual([false, 3])
  })
  it('says nothing where a test wrote nothing down', async () => {
    expect(await ask(mockModel())).toEqual([])
  })
})

describe('answers', () => {
  it('end with a usage and a finish', () => {
    expect(typesOf(textAnswer('a', 'b'))).toEqual(['text-delta', 'text-delta', 'usage', 'finish'])
    expect(toolAnswer(['1', 'find', { a: 1 }]).at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' })
  })
  it('send arguments as JSON, or as the text they are', () => {
    const deltas = toolAnswer(['1', 'find', { a: 1 }], ['2', 'find', '{"a":']).flatMap((event) => (event.type === 'tool-call-delta' ? [event.delta] : []))
    expect(deltas).toEqual(['{"a":1}', '{"a":'])
  })
  it('break off with an error and nothing behind it', () => {
    const error = new SampanError('transport/truncated', 'cut')
    expect(errorAnswer(error, 'half')).toEqual([{ type: 'text-delta', delta: 'half' }, { type: 'error', error }])
  })
})
