import { beforeEach, describe, expect, it } from 'vitest'
import { ended, answers, asked, contextOf, endOf, loggingLedger, question, record, resultsOf, run } from './__fixtures__/runs.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { AnyTool, LedgerState, ReplayPolicy, RunInput } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'

const effects: unknown[] = []
beforeEach(() => void (effects.length = 0))

const payOf = (more: Partial<Parameters<typeof defineTool>[0]> = {}): AnyTool =>
  defineTool({ name: 'pay', description: 'Pays.', approval: 'ask', execute: (args: unknown) => (effects.push(args), 'paid'), ...more } as never)
const callPay = toolAnswer(['c', 'pay', { amount: 12 }])

/** Asks, then begins anew with what the ledger said when the app died. */
function afterCrash(tool: AnyTool, state: LedgerState, result?: string) {
  const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [tool] })
  const before = loggingLedger()
  const first = run(agent, question(), contextOf({ ledger: before }))
  const ledger = loggingLedger([{ ...before.get('c')!, state, result }])
  const goOn = (input: RunInput): AgentEvent[] => run(agent, input, contextOf({ ledger }))
  return { agent, first, ledger, goOn, yes: answers(first, { 'approve-c': { approved: true } }), no: answers(first, { 'approve-c': { approved: false } }) }
}

describe('a resume', () => {
  it('answers all open questions or does nothing at all', () => {
    const agent = createAgent({ model: mockModel(toolAnswer(['a', 'pay', { amount: 1 }], ['b', 'pay', { amount: 2 }])), tools: [payOf()] })
    const context = contextOf()
    const first = run(agent, question(), context)
    const second = run(agent, answers(first, { 'approve-a': { approved: true } }), context)
    expect(endOf(second)).toMatchObject({ type: 'RUN_ERROR', code: 'agent/resume-incomplete', message: expect.stringContaining('pay (b)') })
    expect(effects).toEqual([])
    run(agent, answers(first, { 'approve-a': { approved: true }, 'approve-b': { approved: true } }), context)
    expect(effects).toEqual([{ amount: 1 }, { amount: 2 }])
  })
  it('that lacks an answer leaves the ledger as it is, also for a result that a person gave', () => {
    const agent = createAgent({ model: mockModel(toolAnswer(['a', 'rate', {}], ['b', 'pay', {}])), tools: [defineTool({ name: 'rate', description: '' }), payOf()] })
    const ledger = loggingLedger()
    const first = run(agent, question(), contextOf({ ledger }))
    const { length } = ledger.log
    expect(endOf(run(agent, answers(first, { 'answer-a': 5 }), contextOf({ ledger })))).toMatchObject({ code: 'agent/resume-incomplete' })
    expect(ledger.log).toHaveLength(length)
  })
  it('that comes twice has its effect once, and the same result', () => {
    const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [payOf()] })
    const context = contextOf()
    const input = answers(run(agent, question(), context), { 'approve-c': { approved: true } })
    expect([run(agent, input, context), run(agent, input, context)].map(resultsOf)).toEqual([[['c', 'paid']], [['c', 'paid']]])
    expect(effects).toHaveLength(1)
  })
  it('that comes twice while the tool runs does not begin it twice', () => {
    const slow = payOf({ execute: args => (effects.push(args), new Promise(() => {})) })
    const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [slow] })
    const context = contextOf()
    const input = answers(run(agent, question(), context), { 'approve-c': { approved: true } })
    record(agent, input, context)
    expect(asked(run(agent, input, context)).map(({ id }) => id)).toEqual(['again-c'])
    expect(effects).toHaveLength(1)
  })
  it('to questions that are answered already goes on with the model', () => {
    const model = mockModel(callPay, textAnswer('好'))
    const agent = createAgent({ model, tools: [payOf()] })
    const input = answers(run(agent), { 'approve-c': { approved: true } })
    const messages = input.messages.concat({ id: 'r', role: 'tool', toolCallId: 'c', content: 'paid' })
    expect(endOf(run(agent, { ...input, messages })).outcome).toEqual({ type: 'success' })
    expect(effects).toEqual([])
  })
  it('leaves calls of the caller’s own tools to the caller', () => {
    const theirs = { name: 'openMap', description: '' }
    const agent = createAgent({ model: mockModel(toolAnswer(['c', 'pay', {}], ['m', 'openMap', {}])), tools: [payOf()] })
    const context = contextOf()
    const first = run(agent, question({ tools: [theirs] }), context)
    const second = run(agent, answers(first, { 'approve-c': { approved: true } }, { tools: [theirs] }), context)
    expect(resultsOf(second)).toEqual([['c', 'paid']])
    expect(endOf(second).outcome).toEqual({ type: 'success', pendingToolCallIds: ['m'] })
  })
  it('gives older calls a result that have none, so that the model takes the history', () => {
    const model = mockModel(callPay, textAnswer('好'))
    const agent = createAgent({ model, tools: [payOf()] })
    const context = contextOf()
    const input = answers(run(agent, question(), context), { 'approve-c': { approved: true } })
    const lost = { id: 'old', role: 'assistant' as const, toolCalls: [{ id: 'lost', type: 'function' as const, function: { name: 'pay', arguments: '{}' } }] }
    run(agent, { ...input, messages: [lost, ...input.messages] }, context)
    expect(model.requests[1]!.messages.slice(0, 2)).toMatchObject([{ role: 'assistant' }, { role: 'tool', toolCallId: 'lost', content: 'Error: this tool was not executed.' }])
    expect(effects).toHaveLength(1)
  })
})

describe('after a crash', () => {
  it.each<[ReplayPolicy]>([['idempotent'], ['ask'], ['never']])('a call that is done is told, and not done again: %s', replay => {
    const { goOn, yes } = afterCrash(payOf({ replay }), 'done', 'paid before')
    expect(resultsOf(goOn(yes))).toEqual([['c', 'paid before']])
    expect(effects).toEqual([])
  })
  it('a call that ended with an error is told as one, and not done again', () => {
    const failing = payOf({ replay: 'idempotent', execute: args => { effects.push(args); throw new Error('sold out') } })
    const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [failing] })
    const ledger = loggingLedger()
    const input = answers(run(agent, question(), contextOf({ ledger })), { 'approve-c': { approved: true } })
    const told = [['c', 'Error: sold out', 'agent/tool-failed']]
    expect(resultsOf(run(agent, input, contextOf({ ledger })))).toEqual(told)
    expect(ledger.get('c')).toMatchObject({ state: 'done', result: 'Error: sold out', isError: true })
    expect(resultsOf(run(agent, input, contextOf({ ledger: loggingLedger(ledger.entries()) })))).toEqual(told)
    expect(effects).toHaveLength(1)
  })
  it('a call that was approved and not begun runs', () => {
    const { goOn, yes } = afterCrash(payOf({ replay: 'never' }), 'approved')
    expect(resultsOf(goOn(yes))).toEqual([['c', 'paid']])
  })
  it('a call that had begun runs again where that does no harm', () => {
    const { goOn, yes } = afterCrash(payOf({ replay: 'idempotent' }), 'executing')
    expect(resultsOf(goOn(yes))).toEqual([['c', 'paid']])
    expect(effects).toHaveLength(1)
  })
  it('a call that had begun never runs again where it must not, whatever is answered', () => {
    const { goOn, first, yes } = afterCrash(payOf({ replay: 'never' }), 'executing')
    expect(resultsOf(goOn(yes))[0]![2]).toBe('agent/tool-outcome-unknown')
    expect(resultsOf(goOn(answers(first, { 'again-c': { approved: true } })))[0]![2]).toBe('agent/tool-outcome-unknown')
    expect(effects).toEqual([])
  })
  it('a call that had begun is asked about as such, and stays begun until the person knows', () => {
    const { goOn, first, ledger, yes } = afterCrash(payOf(), 'executing')
    expect(asked(goOn(yes))).toMatchObject([{ id: 'again-c', metadata: { sampan: { mayHaveRun: true } } }])
    expect(ledger.log).toEqual([])
    expect(resultsOf(goOn(answers(first, { 'again-c': { approved: false } })))[0]![2]).toBe('agent/tool-outcome-unknown')
    expect(effects).toEqual([])
    expect(resultsOf(goOn(answers(first, { 'again-c': { approved: true } })))).toEqual([['c', 'paid']])
    expect(effects).toHaveLength(1)
  })
  it.each<[ReplayPolicy]>([['idempotent'], ['ask']])('a call that had begun with arguments of the person never runs with others: %s', replay => {
    const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [payOf({ replay, execute: args => (effects.push(args), new Promise(() => {})) })] })
    const context = contextOf()
    const first = run(agent, question(), context)
    const edited = answers(first, { 'approve-c': { approved: true, editedArgs: { amount: 1 } } })
    record(agent, edited, context).leave()
    expect(resultsOf(run(agent, answers(first, { 'approve-c': { approved: true } }), context))[0]![2]).toBe('agent/tool-outcome-unknown')
    expect(effects).toEqual([{ amount: 1 }])
    const again = record(agent, edited, context)
    // Run once more it hangs, as it did before: only a run that asks comes to an end.
    const questions = replay === 'ask' ? asked(ended(again)).map(({ id }) => id) : []
    again.leave()
    expect(questions).toEqual(replay === 'ask' ? ['again-c'] : [])
    expect(effects.slice(1)).toEqual(replay === 'ask' ? [] : [{ amount: 1 }])
  })
  it.each<[ReplayPolicy]>([['idempotent'], ['ask'], ['never']])('no policy begins a call again that the person now declines: %s', replay => {
    const { goOn, no } = afterCrash(payOf({ replay }), 'executing')
    expect(resultsOf(goOn(no))[0]![2]).toBe('agent/tool-outcome-unknown')
    expect(effects).toEqual([])
  })
})

describe('a tool that needs a gesture', () => {
  const gesture = (more: object = {}) => payOf({ requiresGesture: true, approval: 'allow', ...more })

  it('asks although its rule allows it, and is armed before the sheet is shown', () => {
    const ledger = loggingLedger()
    const events = run(createAgent({ model: mockModel(callPay), tools: [gesture()] }), question(), contextOf({ ledger }))
    expect(asked(events)).toMatchObject([{ id: 'approve-c', metadata: { sampan: { requiresGesture: true } } }])
    expect(ledger.log).toEqual(['c armed'])
  })
  it('is executed inside the very call that approves it, however slowly the ledger writes', () => {
    const entries = loggingLedger()
    const slow = { get: entries.get, put: (entry: Parameters<typeof entries.put>[0]) => { void entries.put(entry); return entry.state === 'armed' ? undefined : new Promise<void>(() => {}) } }
    const tool = gesture({ execute: () => (entries.note('effect'), 'paid') })
    const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [tool] })
    const input = answers(run(agent, question(), contextOf({ ledger: slow })), { 'approve-c': { approved: true } })
    let isInTap = true
    agent(input, contextOf({ ledger: slow })).subscribe(event => void (event.type === 'TOOL_CALL_RESULT' && entries.note(isInTap ? 'in the tap' : 'late')))
    isInTap = false
    expect(entries.log).toEqual(['c armed', 'c executing', 'effect', 'c done', 'in the tap'])
  })
  it('is executed although the ledger fails in the tap: armed is written', () => {
    const entries = loggingLedger()
    const failing = { get: entries.get, put: (entry: Parameters<typeof entries.put>[0]) => { if (entry.state !== 'armed') throw new Error('disk full'); return entries.put(entry) } }
    const agent = createAgent({ model: mockModel(callPay, textAnswer('好')), tools: [gesture()] })
    const input = answers(run(agent, question(), contextOf({ ledger: failing })), { 'approve-c': { approved: true } })
    expect(resultsOf(run(agent, input, contextOf({ ledger: failing })))).toEqual([['c', 'paid']])
  })
  it('beside a slow one in the same resume still stands in the tap', () => {
    const agent = createAgent({
      model: mockModel(toolAnswer(['s', 'slow', {}], ['c', 'pay', {}])),
      tools: [defineTool({ name: 'slow', description: '', approval: 'ask', execute: () => new Promise(() => {}) }), gesture()],
    })
    const context = contextOf()
    const first = run(agent, question(), context)
    record(agent, answers(first, { 'approve-s': { approved: true }, 'approve-c': { approved: true } }), context)
    expect(effects).toHaveLength(1)
  })
  it('that may have run stays begun when it is asked about again, and runs once more inside the tap', () => {
    const { agent, goOn, first, ledger, yes } = afterCrash(gesture(), 'executing')
    expect(asked(goOn(yes)).map(({ id }) => id)).toEqual(['again-c'])
    expect(ledger.log).toEqual([])
    expect(resultsOf(goOn(answers(first, { 'again-c': { approved: false } })))[0]![2]).toBe('agent/tool-outcome-unknown')
    expect(effects).toEqual([])
    const slow = { get: ledger.get, put: () => new Promise<void>(() => {}) }
    record(agent, answers(first, { 'again-c': { approved: true } }), contextOf({ ledger: slow }))
    expect(effects).toHaveLength(1)
  })
  it('that has begun is not begun again by its old approval, though the app died while it was asked about again', () => {
    const { agent, ledger, yes, goOn } = afterCrash(gesture({ execute: (args: unknown) => (effects.push(args), new Promise(() => {})) }), 'armed')
    record(agent, yes, contextOf({ ledger })).leave()
    const slow = { get: ledger.get, put: (entry: Parameters<typeof ledger.put>[0]) => (void ledger.put(entry), new Promise<void>(() => {})) }
    record(agent, yes, contextOf({ ledger: slow })).leave()
    expect(asked(goOn(yes)).map(({ id }) => id)).toEqual(['again-c'])
    expect(effects).toHaveLength(1)
  })
  it('is not told to be undone when the run is cancelled while it runs', () => {
    const { agent, ledger, yes } = afterCrash(gesture({ execute: () => new Promise(() => {}) }), 'armed')
    const recording = record(agent, yes, contextOf({ ledger }))
    recording.leave()
    expect(ledger.log).toEqual(['c executing'])
  })
})
