import { beforeAll, describe, expect, it, vi } from 'vitest'
import * as classic from 'zod'
import * as z from 'zod/mini'
import { toJsonSchema, validateWith, type StandardSchema } from './schema.js'

/** Schemas whose JSON Schema must be what zod itself would write. */
const alike: Record<string, z.ZodMiniType> = {
  object: z.object({ keyword: z.string(), count: z.optional(z.int()), hot: z.boolean() }),
  nested: z.object({ address: z.object({ city: z.string(), lines: z.array(z.string()) }) }),
  strict: z.strictObject({ a: z.nullable(z.string()) }),
  enum: z.enum(['small', 'large']),
  literals: z.union([z.literal('a'), z.literal(2), z.literal([true, false])]),
  bounds: z.object({ n: z.number().check(z.gte(1), z.lt(10), z.multipleOf(0.5)), s: z.string().check(z.minLength(2), z.maxLength(5)) }),
  list: z.array(z.number()).check(z.minLength(1), z.maxLength(3)),
  defaults: z.object({ size: z._default(z.string(), 'large') }),
  tuple: z.tuple([z.string(), z.number()]),
  any: z.object({ x: z.any(), y: z.unknown(), n: z.null() }),
  described: z.object({ city: z.string().check(z.describe('城市')) }),
  described_twice: z.string().check(z.describe('first'), z.meta({ title: 'T', examples: ['北京'] })),
  piped: z.pipe(z.string(), z.transform((text: string) => text.length)),
  readonly: z.readonly(z.object({ a: z.string() })),
  email: z.email(),
  record: z.record(z.string(), z.number()),
  codes: z.object({ id: z.uuid(), site: z.url(), at: z.iso.datetime(), on: z.iso.date(), code: z.string().check(z.regex(/^a/), z.length(3)) }),
  wrappers: z.object({ a: z.prefault(z.string(), 'y'), b: z.nonoptional(z.optional(z.string())), c: z.lazy(() => z.boolean()) }),
  preprocessed: z.object({ n: z.pipe(z.transform(Number), z.number()) }),
  numbers: z.enum({ One: 1, Two: 2 }),
  literal_null: z.literal(['a', null]),
  open_ended: z.tuple([z.string(), z.optional(z.boolean())], z.number()),
  discriminated: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.number() })]),
}

/** What does not change what a schema accepts. */
function plain(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), function (this: unknown, key, value) {
    if (key === '$schema' || key === 'pattern') return undefined
    if (value && value.type === 'integer') return { ...value, minimum: undefined, maximum: undefined }
    if (value && Array.isArray(value.type)) return { ...value, type: undefined, anyOf: value.type.map((type: string) => ({ type })) }
    if (value && Array.isArray(value.oneOf)) return { ...value, oneOf: undefined, anyOf: value.oneOf }
    return value
  })
}

describe('toJsonSchema', () => {
  it.each(Object.keys(alike))('writes what zod itself writes: %s', name => {
    const json = toJsonSchema(alike[name]!)
    expect(plain(json)).toEqual(plain(z.toJSONSchema(alike[name]!, { io: 'input' })))
  })
  it('lets a library that can say it speak for itself', () => {
    const json = toJsonSchema(classic.object({ city: classic.string().describe('城市') }))
    expect(json).toMatchObject({ type: 'object', properties: { city: { type: 'string', description: '城市' } }, required: ['city'] })
    expect(json).not.toHaveProperty('$schema')
  })
  it('says nothing of what only code knows, and wants what has an answer for the wrong value', () => {
    // oxlint-disable-next-line promise/valid-params -- zod's `catch` is no promise's.
    const either = z.catch(z.string(), 'x')
    expect(toJsonSchema(z.object({ a: z.custom<string>(() => true), b: either }))).toEqual({ type: 'object', properties: { a: {}, b: { type: 'string' } }, required: ['a', 'b'] })
  })
  it('gives plain JSON Schema back as it is', () => {
    const json = { type: 'object', properties: {} }
    expect(toJsonSchema(json)).toBe(json)
  })
  it('refuses what JSON cannot carry, with the name of the type', () => {
    const self: z.ZodMiniType = z.object({ next: z.lazy(() => self) })
    for (const schema of [z.bigint(), z.date(), z.object({ m: z.map(z.string(), z.string()) }), self]) {
      expect(() => toJsonSchema(schema)).toThrow(/cannot be written as JSON Schema/)
    }
    const foreign = { '~standard': { version: 1, vendor: 'other', validate: (value: unknown) => ({ value }) } } as StandardSchema
    expect(() => toJsonSchema(foreign)).toThrow(/"other"/)
  })
})

describe('validateWith', () => {
  // The full zod, which this file also loads, brings texts of its own; zod/mini alone has none.
  beforeAll(() => void z.config({ localeError: undefined }))
  const schema = z.object({ keyword: z.string(), size: z.optional(z.enum(['small', 'large'])), count: z._default(z.int(), 1) })
  it('gives the value as the schema makes it', () => {
    expect(validateWith(schema, { keyword: '美式', extra: 1 })).toEqual({ ok: true, value: { keyword: '美式', count: 1 } })
  })
  it('says what is wrong in words a model can act on', () => {
    expect(validateWith(schema, { keyword: 1, size: 'huge' })).toEqual({ ok: false, issues: 'keyword: expected string; size: expected one of ["small","large"]' })
  })
  it('works where code generation only pretends to work', () => {
    const made = classic.object({ keyword: classic.string() })
    vi.stubGlobal('Function', function () {})
    expect(validateWith(made, { keyword: 'x' })).toEqual({ ok: true, value: { keyword: 'x' } })
    expect(validateWith(made, {})).toMatchObject({ ok: false, issues: expect.stringContaining('keyword') })
    vi.unstubAllGlobals()
  })
  it('says what a schema itself says is wrong', () => {
    const phone = z.object({ phone: z.string().check(z.refine(text => /^1/.test(text), 'begins with 1')) })
    expect(validateWith(phone, { phone: '2' })).toEqual({ ok: false, issues: 'phone: begins with 1' })
  })
  it('refuses a schema that answers later', () => {
    const later = { '~standard': { version: 1, vendor: 'x', validate: async (value: unknown) => ({ value }) } } as StandardSchema
    const refined = z.string().check(z.refine(async () => true))
    for (const schema of [later, refined]) expect(() => validateWith(schema, 'x')).toThrow(expect.objectContaining({ code: 'protocol/schema-unsupported' }))
  })
  it.each([
    [{ type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] }, { n: 0 }, 'n: at least 1'],
    [{ type: 'object', properties: {}, required: ['n'] }, {}, 'n: is required'],
    [{ type: 'object', properties: { a: {} }, additionalProperties: false }, { b: 1 }, 'b: is not known'],
    [{ type: 'array', items: { type: 'string' }, maxItems: 1 }, ['a', 2], 'at most 1 items; 1: expected string'],
    [{ enum: ['a', 'b'] }, 'c', 'expected one of ["a","b"]'],
    [{ type: ['string', 'null'] }, 5, 'expected string or null'],
    [{ type: 'number', exclusiveMaximum: 3 }, 3, 'less than 3'],
    [{ type: 'integer' }, 1.5, 'expected integer'],
    [{ const: null }, 0, 'expected one of [null]'],
    [{ type: 'string', minLength: 3, exclusiveMinimum: 9 }, 'ab', 'at least 3 characters'],
    [{ type: 'number', minimum: 1, exclusiveMinimum: true, exclusiveMaximum: false }, 0, 'at least 1'],
    [{ properties: { a: { properties: { toString: { type: 'string' } } } }, required: ['a'] }, { a: { toString: 1 } }, 'a.toString: expected string'],
  ])('checks plain JSON Schema: %j', (json, value, issues) => {
    expect(validateWith(json, value)).toEqual({ ok: false, issues })
  })
  it('lets through what a keyword it does not read forbids', () => {
    for (const schema of [{ items: [{ type: 'string' }] }, { prefixItems: [{ type: 'string' }], items: false }, { items: true }]) {
      expect(validateWith(schema, [5])).toEqual({ ok: true, value: [5] })
    }
    expect(validateWith({ properties: {} }, { toString: 1 })).toMatchObject({ ok: true })
    expect(validateWith({ anyOf: [{ type: 'string' }], pattern: '^a' }, 5)).toEqual({ ok: true, value: 5 })
  })
})
