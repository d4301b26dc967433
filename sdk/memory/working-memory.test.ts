import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { workingMemory, type NoteStore } from './working-memory.js'
import { asked, contextOf, endOf, question, record, resultsOf, run } from '../agent/__fixtures__/runs.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { ModelEvent } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { mockModel, textAnswer, toolAnswer, type MockAnswer } from '../testkit/mock-model.js'

const schema = z.object({ name: z.optional(z.string()), size: z.optional(z.enum(['M', 'L'])) })
const statesOf = (events: readonly AgentEvent[]): unknown[] => events.flatMap(event => (event.type === 'STATE_SNAPSHOT' ? [event.snapshot] : []))

function agentWith(answers: MockAnswer[], store?: NoteStore<z.output<typeof schema>>) {
  const memory = workingMemory({ schema, store, initial: { size: 'M' } })
  const model = mockModel(...answers)
  const buy = defineTool({ name: 'buy', description: '', approval: 'ask', execute: () => 1 })
  return { memory, model, agent: createAgent({ model, tools: [memory.tool, buy], middleware: [memory.middleware] }) }
}
const noteIn = (request: { messages: { id: string }[] }): string => (request.messages.find(({ id }) => id === 'context') as unknown as { content: string }).content.split('\n').pop()!

describe('a note', () => {
  it('is shown to the model, edited by it, and kept in the state', () => {
    const { agent, model, memory } = agentWith([toolAnswer(['c', 'update_note', { name: '小舟' }]), textAnswer('好')])
    const events = run(agent, question({ state: { own: 1 } }))
    expect(model.requests.map(noteIn)).toEqual(['{"size":"M"}', '{"name":"小舟","size":"M"}'])
    expect(statesOf(events)).toEqual([{ own: 1, sampan: { memory: { note: { size: 'M', name: '小舟' } } } }])
    expect(memory.read(statesOf(events)[0])).toEqual({ size: 'M', name: '小舟' })
    expect(resultsOf(events)).toEqual([['c', 'Noted.']])
  })
  it('is there in the next run, and a field can be taken out', () => {
    const { agent, model } = agentWith([toolAnswer(['c', 'update_note', { size: null }]), textAnswer('好')])
    const events = run(agent, question({ state: { sampan: { memory: { note: { size: 'L', name: 'x' } } } } }))
    expect(model.requests.map(noteIn)).toEqual(['{"size":"L","name":"x"}', '{"name":"x"}'])
    expect(statesOf(events)).toHaveLength(1)
  })
  it.each<[string, unknown]>([['does not fit', { size: 'XL' }], ['has a field too many', { age: 3 }]])('that %s stays as it was, and the model is told', (_, change) => {
    const { agent, model } = agentWith([toolAnswer(['c', 'update_note', change]), textAnswer('好')])
    const events = run(agent)
    expect(statesOf(events)).toEqual([])
    expect(resultsOf(events)[0]![1]).toMatch(/^Error/)
    expect(noteIn(model.requests[1]!)).toBe('{"size":"M"}')
  })
  it('is in the state that a question to the person ends with', () => {
    const { agent } = agentWith([toolAnswer(['c', 'update_note', { name: 'x' }]), toolAnswer(['b', 'buy', {}])])
    const events = run(agent)
    expect(asked(events)).toHaveLength(1)
    expect(statesOf(events).pop()).toMatchObject({ sampan: { memory: { note: { name: 'x', size: 'M' } } } })
  })
})

describe('a store', () => {
  it('is read once, and written with each change, before the model hears that it is noted', async () => {
    const saved: unknown[] = []
    let loads = 0
    const store: NoteStore<z.output<typeof schema>> = { load: async () => (loads++, { name: '老客' }), save: async note => void saved.push(note) }
    const { agent, model } = agentWith([toolAnswer(['c', 'update_note', { size: 'L' }]), textAnswer('好')], store)
    const ends = (runId: string): Promise<AgentEvent[]> => new Promise(resolve => {
      const events: AgentEvent[] = []
      agent(question({ runId }), contextOf()).subscribe({ next: event => void events.push(event), complete: () => resolve(events) })
    })
    await ends('run-1')
    expect(saved).toEqual([{ name: '老客', size: 'L' }])
    await ends('run-2')
    expect(loads).toBe(1)
    expect(model.requests.map(noteIn)).toEqual(['{"name":"老客"}', '{"name":"老客","size":"L"}', '{"name":"老客","size":"L"}'])
  })
  it('that cannot be read leaves the note of the conversation', async () => {
    const traced: string[] = []
    const { agent, model } = agentWith([textAnswer('好')], { load: () => Promise.reject(new Error('down')), save() {} })
    const recording = record(agent, question({ state: { sampan: { memory: { note: { name: 'x' } } } } }), contextOf({ trace: name => void traced.push(name) }))
    for (let i = 0; i < 20 && !recording.isComplete; i++) await Promise.resolve()
    expect(endOf(recording.events).outcome).toEqual({ type: 'success' })
    expect([traced, noteIn(model.requests[0]!)]).toEqual([['memory-failed'], '{"name":"x"}'])
  })
})

describe('a store, under load', () => {
  const settle = async (...recordings: { isComplete: boolean }[]): Promise<void> => {
    for (let i = 0; i < 50 && !recordings.every(({ isComplete }) => isComplete); i++) await Promise.resolve()
  }
  const change = (fields: object) => toolAnswer(['c', 'update_note', fields])
  it.each<[string, () => PromiseLike<undefined>]>([['rejects', () => Promise.reject(new Error('down'))], ['throws', () => { throw new Error('down') }]])('that %s is not written over with less than it may hold', async (_, load) => {
    const saved: unknown[] = []
    const { agent } = agentWith([change({ name: '小舟' }), textAnswer('好')], { load, save: note => void saved.push(note) })
    const recording = record(agent)
    await settle(recording)
    expect([endOf(recording.events).outcome, saved]).toEqual([{ type: 'success' }, []])
    expect(statesOf(recording.events)).toEqual([{ sampan: { memory: { note: { name: '小舟', size: 'M' } } } }])
  })
  it('is read once by two runs at the same time, and holds what both have changed', async () => {
    const saved: unknown[] = []
    const loads: ((note: object) => void)[] = []
    const open: Subject<ModelEvent>[] = [new Subject(), new Subject()]
    const store: NoteStore<object> = { load: () => new Promise(resolve => void loads.push(resolve)), save: note => void saved.push(note) }
    const { agent } = agentWith([open[0]!, open[1]!, textAnswer('好')], store)
    const runs = ['run-1', 'run-2'].map(runId => record(agent, question({ runId })))
    expect(loads).toHaveLength(1)
    loads[0]!({})
    await settle({ get isComplete() { return open.every(({ observed }) => observed) } })
    change({ name: 'x' }).forEach(event => open[0]!.next(event))
    change({ size: 'L' }).forEach(event => open[1]!.next(event))
    await settle(...runs)
    expect(saved).toEqual([{ name: 'x' }, { name: 'x', size: 'L' }])
  })
  it('that answers at once keeps no tap waiting', () => {
    const { agent, model } = agentWith([textAnswer('好')], { load: () => ({ name: '老客' }), save() {} })
    expect(endOf(run(agent)).outcome).toEqual({ type: 'success' })
    expect(noteIn(model.requests[0]!)).toBe('{"name":"老客"}')
  })
})

it('says so where its middleware was forgotten', () => {
  const memory = workingMemory({ schema })
  const events = run(createAgent({ model: mockModel(toolAnswer(['c', 'update_note', {}]), textAnswer('好')), tools: [memory.tool] }))
  expect(resultsOf(events)[0]![1]).toContain('middleware')
})
