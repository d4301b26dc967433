import { describe, expect, it } from 'vitest'
import { phoneOf, resultOf } from './__fixtures__/play.js'
import { defineWorkflow } from './define-workflow.js'
import { createFlow } from './flow.js'
import { loadFlow } from './load-flow.js'
import { otherwise } from './predicate.js'
import { defineStep } from './step.js'
import { endOf } from '../agent/__fixtures__/runs.js'
import { isSampanError } from '../errors.js'

const search = defineStep({ name: 'search', execute: (city: string) => ({ count: city.length, items: ['a', 'b'] }) })
const book = defineStep({ name: 'book', execute: (item: unknown) => ({ booked: item }) })
const steps = { search, book }
const step = (id: string, more = {}) => ({ type: 'step', id, step: id, ...more })

/** What is said about a flow that is refused. */
function refusal(nodes: unknown, version: unknown = 1): string {
  try {
    loadFlow({ version, nodes }, steps)
  } catch (error) {
    if (isSampanError(error, 'workflow/invalid')) return error.message
    throw error
  }
  return 'accepted'
}

describe('a flow as JSON', () => {
  it('is what the builder made, and runs the same after a download', () => {
    const built = createFlow<string>()
      .then(search, { retry: { attempts: 2 } })
      .map({ path: 'value.items' })
      .forEach(createFlow().then(book), { concurrency: 2 })
      .branch([[{ gt: [{ path: 'steps.search.count' }, { literal: 3 }] }, createFlow().map({ text: 'many for {input}' })], [otherwise, createFlow().map({ text: 'few' })]])
    const text = JSON.stringify(built.json)
    const loaded = defineWorkflow({ name: 'w', flow: loadFlow(JSON.parse(text), steps) })
    expect(resultOf(phoneOf(loaded).begin('Berlin'))).toBe('many for Berlin')
    expect(resultOf(phoneOf(defineWorkflow({ name: 'w', flow: loadFlow(JSON.parse(text), steps) })).begin('Ur'))).toBe('few')
    expect(JSON.stringify(loadFlow(JSON.parse(text), steps).json)).toBe(text)
  })
  it('goes on after it is downloaded again: a question belongs to a flow, not to an object', () => {
    const json = createFlow().ask({ message: '?' }).json
    const phone = phoneOf(defineWorkflow({ name: 'w', flow: loadFlow(json, {}) }))
    phone.begin()
    const again = phoneOf(defineWorkflow({ name: 'w', flow: loadFlow(JSON.parse(JSON.stringify(json)), {}) }))
    again.state = phone.state
    again.start({ resume: [{ interruptId: 'run-1/ask', status: 'resolved', payload: 'yes' }] })
    expect(resultOf(again.last())).toBe('yes')
  })
})

describe('a flow is refused, and told where,', () => {
  const refused: [why: string, nodes: unknown, says: RegExp][] = [
    ['for a step that is not there', [step('bok')], /nodes\[0\] \("bok"\)\.step: there is no step "bok"\. Steps: search, book/],
    ['for a step that all objects have', [{ type: 'step', id: 'x', step: 'constructor' }], /no step "constructor"/],
    ['for a kind of node that is not there', [{ type: 'evaluate', id: 'x', code: 'alert()' }], /\("x"\): there is no kind of node "evaluate"/],
    ['for a field that is not known', [step('search', { compensate: 'book' })], /the field "compensate" is not known/],
    ['for two nodes with one id', [step('search'), { ...step('book'), id: 'search' }], /nodes\[1\] \("search"\): the id "search" is there twice/],
    ['for an id that is a number', [{ ...step('book'), id: '0' }], /"0" is no name/],
    ['for a path without a root', [{ type: 'map', id: 'm', to: { path: 'globalThis.x' } }], /the path "globalThis.x" begins with none of input, value, steps/],
    ['for a path to what comes later', [{ type: 'map', id: 'm', to: { a: { path: 'steps.search' } } }, step('search')], /\.to\.a\.path: no step "search" comes before/],
    ['for a path out of a body that is over', [{ type: 'flow', id: 'f', nodes: [step('search')] }, { type: 'bail', id: 'b', when: { truthy: { path: 'steps.search' } } }], /no step "search"/],
    ['for a result of what has none', [{ type: 'sleep', id: 's', ms: 1 }, { type: 'map', id: 'm', to: { path: 'steps.s' } }], /no step "s"/],
    ['for a path into the branch beside it', [{ type: 'parallel', id: 'p', branches: { a: [step('search')], b: [{ type: 'map', id: 'm', to: { path: 'steps.search' } }] } }], /branches\.b\[0\].*no step "search"/],
    ['for an item outside of a list', [{ type: 'ask', id: 'a', message: 'Is {item} fine?' }], /the path "item" begins with none of/],
    ['for a condition that is not there', [{ type: 'bail', id: 'b', when: { matches: [] } }], /there is no condition "matches"/],
    ['for a condition of two', [{ type: 'bail', id: 'b', when: { truthy: { literal: 1 }, exists: { literal: 1 } } }], /one field/],
    ['for a comparison of one', [{ type: 'bail', id: 'b', when: { eq: [{ literal: 1 }] } }], /when\.eq: expected two operands/],
    ['for an operand that is none', [{ type: 'bail', id: 'b', when: { truthy: 1 } }], /expected an object/],
    ['for a loop without an end', [{ type: 'loop', id: 'l', nodes: [], until: { truthy: { literal: 1 } } }], /atMost: expected a number/],
    ['for a loop whose condition looks into its body', [{ type: 'loop', id: 'l', nodes: [step('search')], until: { truthy: { path: 'steps.search' } }, atMost: 1 }], /no step "search"/],
    ['for nodes that are no list', {}, /nodes: expected a list/],
    ['for a branch named by a number', [{ type: 'parallel', id: 'p', branches: { 0: [] } }], /"0" is no name/],
  ]
  it.each(refused)('%s', (_, nodes, says) => {
    expect(refusal(nodes)).toMatch(says)
  })
  it('for a version that is not known', () => {
    expect([refusal([], 2), refusal([], '1')]).toEqual([expect.stringContaining('version 2'), expect.stringContaining('version 1;')])
    expect(() => loadFlow(null, {})).toThrow('version')
  })
  it('but not for a field that says it is somebody’s own', () => {
    expect(refusal([step('search', { 'x-note': 'later' })])).toBe('accepted')
  })
  it('and when it is built, for two steps with one name', () => {
    expect(() => createFlow().then(search).then(defineStep({ name: 'search', execute: () => 1 }))).toThrow('Two steps have the name "search"')
  })
  it('and when it runs, for a path that the builder was given and that leads nowhere', () => {
    const flow = createFlow().map({ path: 'nowhere' })
    expect(endOf(phoneOf(defineWorkflow({ name: 'w', flow })).begin())).toMatchObject({ type: 'RUN_ERROR', code: 'workflow/invalid' })
    expect(() => loadFlow(flow.json, flow.steps)).toThrow('nowhere')
  })
})
