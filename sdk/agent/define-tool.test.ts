import { describe, expect, it } from 'vitest'
import * as classic from 'zod'
import * as mini from 'zod/mini'
import { defineTool } from './define-tool.js'
import type { Schema } from '../contracts.js'
import { isSampanError } from '../errors.js'

const plain = { type: 'object', properties: { keyword: { type: 'string' }, limit: { type: 'integer' } }, required: ['keyword'] }
const kinds: [string, Schema][] = [
  ['zod', classic.object({ keyword: classic.string(), limit: classic.int().optional() })],
  ['zod/mini', mini.object({ keyword: mini.string(), limit: mini.optional(mini.int()) })],
  ['JSON Schema', plain],
]

describe.each(kinds)('defineTool with %s', (_, input) => {
  const tool = defineTool({ name: 'find', description: 'Finds.', input, execute: () => 1 })
  it('tells a model what it takes', () => {
    expect(tool.parameters).toMatchObject({ type: 'object', properties: { keyword: { type: 'string' }, limit: { type: 'integer' } }, required: ['keyword'] })
  })
  it('takes arguments that fit', () => {
    expect(tool.validate({ keyword: '拿铁', limit: 3 })).toEqual({ ok: true, value: { keyword: '拿铁', limit: 3 } })
  })
  it.each<[string, unknown, RegExp]>([['a missing one', {}, /keyword/], ['a wrong type', { keyword: 1 }, /keyword.*string/], ['no object', 'x', /object/]])('says what is wrong with %s', (__, args, words) => {
    expect(tool.validate(args)).toEqual({ ok: false, issues: expect.stringMatching(words) })
  })
})

describe('defineTool', () => {
  it('is careful where nothing is said', () => {
    expect(defineTool({ name: 'x', description: '' })).toMatchObject({ replay: 'ask', requiresGesture: false, timeoutMs: 60_000, approval: undefined, execute: undefined, validateResult: undefined })
  })
  it('keeps what is said', () => {
    expect(defineTool({ name: 'x', description: '', approval: { deny: 'no' }, replay: 'never', requiresGesture: true, timeoutMs: 5 })).toMatchObject({ approval: { deny: 'no' }, replay: 'never', requiresGesture: true, timeoutMs: 5 })
  })
  it('takes an object where no input is described', () => {
    const tool = defineTool({ name: 'x', description: '' })
    expect(tool.parameters).toEqual({ type: 'object', properties: {} })
    expect([tool.validate({}).ok, tool.validate('x').ok]).toEqual([true, false])
  })
  it('describes its input when somebody asks, once', () => {
    let conversions = 0
    const input = { '~standard': { version: 1 as const, vendor: 'mine', validate: (value: unknown) => ({ value }), jsonSchema: { input: () => (conversions++, { type: 'object' }) } } }
    const tool = defineTool({ name: 'x', description: '', input })
    expect(conversions).toBe(0)
    expect(tool.parameters).toBe(tool.parameters)
    expect(conversions).toBe(1)
  })
  it('gives execute what the schema makes of the arguments', () => {
    const tool = defineTool({ name: 'x', description: '', input: mini.object({ n: mini._default(mini.number(), 3) }) })
    expect(tool.validate({})).toEqual({ ok: true, value: { n: 3 } })
  })
  it('checks results by its output', () => {
    const tool = defineTool({ name: 'x', description: '', output: mini.object({ n: mini.number() }), execute: () => ({ n: 1 }) })
    expect([tool.validateResult!({ n: 1 }).ok, tool.validateResult!({ n: 'one' }).ok]).toEqual([true, false])
  })
  it('refuses, when it is used, a schema that needs time', () => {
    const tool = defineTool({ name: 'x', description: '', input: classic.object({}).refine(async () => true) })
    let thrown: unknown
    try {
      tool.validate({})
    } catch (error) {
      thrown = error
    }
    expect(isSampanError(thrown, 'protocol/schema-unsupported')).toBe(true)
  })
})
