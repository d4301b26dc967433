import { describe, expect, it } from 'vitest'
import type { Predicate } from './flow-json.js'
import { fill, holds, otherwise, valueOf } from './predicate.js'
import { createScope } from './scope.js'

const outer = createScope('', null, { input: { n: 5, name: 'a', list: [1, { x: 2 }], none: null, zero: 0 } })
outer.steps.search = { count: 3, items: ['p', 'q'] }
const scope = createScope('each.0.', 7, { item: 'p', index: 0 }, outer)

const at = (path: string) => ({ path })
const is = (literal: unknown) => ({ literal })
const cases: [Predicate, boolean][] = [
  [{ eq: [at('input.n'), is(5)] }, true],
  [{ eq: [at('input.n'), is('5')] }, false],
  [{ eq: [at('input.list.1'), is({ x: 2 })] }, true],
  [{ eq: [at('input.none'), is(null)] }, true],
  [{ ne: [at('input.n'), is(6)] }, true],
  [{ ne: [at('input.missing'), is(6)] }, false],
  [{ eq: [at('input.missing'), at('input.missing')] }, false],
  [{ lt: [at('input.n'), at('value')] }, true],
  [{ lte: [at('input.n'), is(5)] }, true],
  [{ gt: [at('value'), is(7)] }, false],
  [{ gte: [at('value'), is(7)] }, true],
  [{ lt: [is('a'), is('b')] }, true],
  [{ lt: [is('1'), is(2)] }, false],
  [{ gt: [is([2]), is([1])] }, false],
  [{ in: [at('item'), at('steps.search.items')] }, true],
  [{ in: [is('z'), at('steps.search.items')] }, false],
  [{ in: [at('item'), is('pq')] }, false],
  [{ exists: at('steps.search.count') }, true],
  [{ exists: at('input.none') }, false],
  [{ exists: at('steps.search.count.deeper') }, false],
  [{ exists: at('input.constructor') }, false],
  [{ exists: at('input.name.length') }, false],
  [{ truthy: at('index') }, false],
  [{ truthy: at('input.name') }, true],
  [{ truthy: at('input.missing') }, false],
  [{ and: [{ truthy: at('value') }, { eq: [at('index'), is(0)] }] }, true],
  [{ and: [] }, true],
  [{ or: [] }, false],
  [{ or: [{ truthy: at('index') }, { truthy: at('item') }] }, true],
  [{ not: { ne: [at('input.missing'), is(1)] } }, true],
  [otherwise, true],
]

describe('a condition', () => {
  it.each(cases)('%j is %s', (predicate, expected) => {
    expect(holds(predicate, scope)).toBe(expected)
  })
})

describe('a value', () => {
  it('is a path, a literal, a text, or an object of those', () => {
    expect(valueOf({ a: at('item'), b: { c: { text: '{item}{index}{input.list}{input.none.there}' } }, d: at('input.missing') }, scope)).toEqual({ a: 'p', b: { c: 'p0[1,{"x":2}]' }, d: null })
    expect(valueOf(at('input.missing'), scope)).toBeUndefined()
  })
  it('does not take a name that is wrong for one that is missing', () => {
    for (const path of ['nothing', 'steps', 'steps.toString', 'iteration']) expect(() => valueOf(at(path), scope)).toThrow('The path "' + path + '" leads to nothing')
  })
  it('leaves braces alone that hold no path', () => {
    expect(fill('{ "a": {} } {item}', scope)).toBe('{ "a": {} } p')
  })
})
