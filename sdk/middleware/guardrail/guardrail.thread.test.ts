import { Subject } from 'rxjs'
import { expect, it } from 'vitest'
import { guardrail, type Verdict } from './index.js'
import { createAgent } from '../../agent/create-agent.js'
import type { ModelEvent } from '../../contracts.js'
import { mockModel, textAnswer } from '../../testkit/mock-model.js'
import { createThread } from '../../thread/create-thread.js'

const textsOf = (thread: { state: { messages: readonly { parts: readonly object[] }[] } }): string[] =>
  thread.state.messages.map(({ parts }) => parts.map(part => ('text' in part ? part.text : '')).join(''))

it('a conversation shows what is left of a text that was taken back', () => {
  const answer = new Subject<ModelEvent>()
  const verdicts: ((verdict: Verdict) => void)[] = []
  const output = (): PromiseLike<Verdict> => ({ then: ((done: (verdict: Verdict) => void) => void verdicts.push(done)) as never })
  const thread = createThread({ agent: createAgent({ model: mockModel(answer), middleware: [guardrail({ output, mode: 'parallel' })] }), id: 't' })
  thread.send('问')
  answer.next({ type: 'text-delta', delta: '好。坏。后面' })
  expect(textsOf(thread)).toEqual(['问', '好。坏。后面'])
  verdicts[0]!('allow')
  verdicts[1]!({ block: 'x', text: '[不显示]' })
  expect(textsOf(thread)).toEqual(['问', '好。[不显示]'])
  expect(thread.state.status).toBe('idle')
})

it('a question that was blocked stays on the page, and the next model does not read it', () => {
  const model = mockModel(textAnswer('好'))
  const input = (text: string): Verdict => (text.includes('坏') ? { block: 'x', text: '不行' } : 'allow')
  const thread = createThread({ agent: createAgent({ model, middleware: [guardrail({ input })] }), id: 't' })
  thread.send('坏话')
  expect(textsOf(thread)).toEqual(['坏话', '不行'])
  expect(thread.state.error).toBeUndefined()
  thread.send('拿铁')
  expect(textsOf(thread)).toEqual(['坏话', '不行', '拿铁', '好'])
  expect(model.requests[0]!.messages.map(message => (message as { content: unknown }).content)).toEqual(['[…]', '不行', '拿铁'])
})
