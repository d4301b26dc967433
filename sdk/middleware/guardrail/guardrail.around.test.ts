import { concat, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { byHand, guarded, said, shown, words } from './__fixtures__/guarded.js'
import { childCancel } from './child-cancel.js'
import { guardrail } from './index.js'
import { asked, ended, endOf, record, run, typesOf } from '../../agent/__fixtures__/runs.js'
import { agentTool } from '../../agent/agent-tool.js'
import { createAgent } from '../../agent/create-agent.js'
import { defineTool } from '../../agent/define-tool.js'
import { createCancel } from '../../context/cancel.js'
import type { ModelEvent, RunMiddleware } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'

describe('what is around', () => {
  it('keeps the words of the user for whoever shows them', () => {
    const tool = defineTool({ name: 'buy', description: '', approval: 'ask', execute: () => 1 })
    for (const mode of ['parallel', 'blocking'] as const) {
      const model = mockModel([{ type: 'text-delta', delta: '电话456。' }, ...toolAnswer(['c', 'buy', {}])])
      const state = { sampan: { judged: { u: '电话***' } } }
      const events = run(guarded(model, { input: words, output: words, mode }, [tool]), { ...said('电话123'), state })
      expect(model.requests[0]!.messages[0]).toMatchObject({ content: '电话***' })
      const snapshots = events.flatMap(event => (event.type === 'MESSAGES_SNAPSHOT' ? [event.messages[0]!.content] : []))
      expect(new Set(snapshots)).toEqual(new Set(['电话123']))
      expect(asked(events)).toHaveLength(1)
    }
  })
  it('a text in the shorthand of chunks is not let through unjudged', () => {
    const short: RunMiddleware = (_, __, next) => concat(of<AgentEvent>({ type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', role: 'assistant', delta: '坏' }), next(_, __))
    const events = run(createAgent({ model: mockModel(textAnswer('好')), middleware: [guardrail({ output: words }), short] }))
    expect([typesOf(events), endOf(events).code]).toEqual([['RUN_STARTED', 'RUN_ERROR'], 'protocol/event-order'])
  })
  it('a text that began anew blocks nothing, whatever is found about it later', () => {
    const { open, check } = byHand()
    const reset: ModelEvent = { type: 'reset', error: new SampanError('transport/truncated', 'cut') }
    const recording = record(guarded(mockModel([{ type: 'text-delta', delta: '坏。' }, reset, ...textAnswer('好')]), { output: check }))
    open.forEach(({ text, answer }) => answer(words(text)))
    expect(shown(ended(recording))).toEqual(['好'])
  })
  it('a text stands before the call of a tool that came behind it', () => {
    const tool = defineTool({ name: 'work', description: '', execute: () => 1 })
    const events = run(guarded(mockModel([{ type: 'text-delta', delta: '我看看' }, ...toolAnswer(['c', 'work', {}])], textAnswer('好')), { output: words }, [tool]))
    expect(typesOf(events).slice(2, 5)).toEqual(['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TOOL_CALL_START'])
  })
  it('a text of a run inside this one stays its own when it is taken back', () => {
    const worker = createAgent({ name: 'worker', model: mockModel(textAnswer('好。', '坏。', '后面')) })
    const agent = guarded(mockModel(toolAnswer(['c', 'worker', { request: 'x' }]), textAnswer('完')), { output: text => (text.includes('坏') ? { replace: '*' } : 'allow'), mode: 'parallel' }, [agentTool({ agent: worker, name: 'worker', description: '' })])
    const snapshot = run(agent).find(event => event.type === 'MESSAGES_SNAPSHOT')!
    expect(snapshot.messages.pop()).toMatchObject({ content: '好。*', subagentRunId: expect.any(String) })
  })
  it('a run that ends by itself is not cancelled', () => {
    const heard: string[] = []
    const listen: RunMiddleware = (input, context, next) => {
      context.cancel.onCancel(() => void heard.push('cancelled'))
      return next(input, context)
    }
    run(createAgent({ model: mockModel(textAnswer('好')), middleware: [guardrail({ output: words }), listen] }))
    expect(heard).toEqual([])
    run(createAgent({ model: mockModel(textAnswer('坏')), middleware: [guardrail({ output: words }), listen] }))
    expect(heard).toEqual(['cancelled'])
  })
  it('who cancels after the guardrail has done so is heard once', () => {
    const parent = createCancel()
    const heard: string[] = []
    const { signal, cancel } = childCancel(parent.signal)
    signal.onCancel(() => void heard.push('told'))
    cancel()
    void parent.cancel()
    expect([heard, signal.isCancelled]).toEqual([['told'], true])
  })
})
