import { expectTypeOf, it } from 'vitest'
import * as mini from 'zod/mini'
import { defineWorkflow } from './define-workflow.js'
import { createFlow, type Flow } from './flow.js'
import { defineStep, type Step, type Workflow } from './step.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import type { Agent } from '../contracts.js'
import { mockModel } from '../testkit/mock-model.js'

// What stands here is checked by the compiler; running it only proves that it can be written like this.

const length = defineStep({ name: 'length', execute: (text: string) => text.length })
const half = defineStep({ name: 'half', input: mini.number(), execute: async n => n / 2 })
const show = defineTool({ name: 'show', description: '', input: mini.object({ n: mini.number() }), execute: ({ n }) => 'n' + n })

it('gives a step the types of its function and its schema', () => {
  expectTypeOf(length).toEqualTypeOf<Step<string, number>>()
  expectTypeOf(half).toEqualTypeOf<Step<number, number>>()
})

it('hands types from step to step', () => {
  const flow = createFlow<string>().then(length).then(half)
  expectTypeOf(flow).toEqualTypeOf<Flow<string, number>>()
  expectTypeOf(flow.ask({ message: '?', schema: mini.object({ ok: mini.boolean() }) })).toEqualTypeOf<Flow<string, { ok: boolean } | null>>()
  expectTypeOf(flow.parallel({ a: half, b: createFlow<number>().then(half).map<{ n: number }>({ n: { path: 'value' } }).then(show) })).toEqualTypeOf<Flow<string, { a: number; b: string }>>()
  expectTypeOf(createFlow<string[]>().forEach(length)).toEqualTypeOf<Flow<string[], number[]>>()
  expectTypeOf(flow.branch([[{ truthy: { path: 'value' } }, createFlow<number>().map<string>({ text: '' })]])).toEqualTypeOf<Flow<string, string | number>>()
})

it('does not take a step that cannot have the value', () => {
  // @ts-expect-error a text has no half
  createFlow<string>().then(half)
})

it('makes a workflow an agent, and a step of another', () => {
  const inner = defineWorkflow({ name: 'inner', flow: createFlow<string>().then(length) })
  expectTypeOf(inner).toEqualTypeOf<Workflow<string, number>>()
  expectTypeOf(inner).toExtend<Agent>()
  expectTypeOf(createFlow<string>().then(inner)).toEqualTypeOf<Flow<string, number>>()
})

it('takes an agent anywhere, and leaves what it answers open', () => {
  const flow = createFlow<string>().then(createAgent({ name: 'writer', model: mockModel() })).then(length)
  expectTypeOf(flow).toEqualTypeOf<Flow<string, number>>()
})

it('stays quick to check for a long flow', () => {
  const ten = (flow: Flow<string, number>): Flow<string, number> => flow.then(half).then(half).then(half).then(half).then(half).then(half).then(half).then(half).then(half).then(half)
  const long = ten(ten(createFlow<string>().then(length).then(half).then(half).then(half).then(half).then(half).then(half).then(half).then(half).then(half)))
  expectTypeOf(long).toEqualTypeOf<Flow<string, number>>()
})
