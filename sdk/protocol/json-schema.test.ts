import { describe, expect, it } from 'vitest'
import { jsonSchema } from './json-schema.js'
import type { JsonSchema } from './json.js'
import { toJsonSchema, validateWith } from './schema.js'

/** A schema, what it takes, what it refuses: one row a keyword. */
const keywords: [string, JsonSchema, unknown[], unknown[]][] = [
  ['type', { type: ['string', 'null'] }, ['a', null], [1, {}, []]],
  ['type integer', { type: 'integer' }, [1, 2.0], [1.5, '1']],
  ['enum', { enum: ['a', { b: 1 }] }, ['a', { b: 1 }], ['b', { b: 2 }]],
  ['const', { const: [1, 2] }, [[1, 2]], [[2, 1]]],
  ['minimum, maximum', { minimum: 1, exclusiveMaximum: 3 }, [1, 2.9], [0.9, 3]],
  ['multipleOf', { multipleOf: 0.01 }, [0.07, 19.99], [0.075]],
  ['minLength, maxLength in characters', { minLength: 1, maxLength: 2 }, ['舢板', '🚣🚣'], ['', 'abc']],
  ['pattern', { pattern: '^1\\d{10}$' }, ['13800138000'], ['12345']],
  ['format', { format: 'email' }, ['a@example.com'], ['a@', 'a']],
  ['prefixItems, items', { prefixItems: [{ type: 'string' }], items: { type: 'number' } }, [['a', 1, 2]], [[1], ['a', 'b']]],
  ['contains', { contains: { const: 1 }, minContains: 2 }, [[1, 1]], [[1], []]],
  ['minItems, uniqueItems', { minItems: 1, uniqueItems: true }, [[1, 2]], [[], [{ a: 1 }, { a: 1 }]]],
  ['properties, required', { properties: { a: { type: 'string' } }, required: ['a'] }, [{ a: 'x' }], [{}, { a: 1 }]],
  ['patternProperties, additionalProperties', { patternProperties: { '^x-': { type: 'number' } }, additionalProperties: false }, [{ 'x-a': 1 }], [{ 'x-a': 'b' }, { a: 1 }]],
  ['propertyNames, minProperties', { propertyNames: { maxLength: 2 }, minProperties: 1 }, [{ ab: 1 }], [{ abc: 1 }, {}]],
  ['dependentRequired', { dependentRequired: { card: ['cvc'] } }, [{}, { card: 1, cvc: 2 }], [{ card: 1 }]],
  ['dependentSchemas', { dependentSchemas: { a: { required: ['b'] } } }, [{}, { a: 1, b: 1 }], [{ a: 1 }]],
  ['allOf, anyOf, not', { allOf: [{ type: 'number' }], anyOf: [{ minimum: 10 }, { maximum: 0 }], not: { const: 11 } }, [10, -1], [5, 11]],
  ['oneOf', { oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] }, [2, 3], [6, 7]],
  ['if, then, else', { if: { required: ['a'] }, then: { required: ['b'] }, else: { required: ['c'] } }, [{ a: 1, b: 1 }, { c: 1 }], [{ a: 1 }, {}]],
  ['unevaluatedProperties', { allOf: [{ properties: { a: true } }], unevaluatedProperties: false }, [{ a: 1 }], [{ b: 1 }]],
  ['unevaluatedItems', { prefixItems: [true], unevaluatedItems: false }, [[1]], [[1, 2]]],
  ['$ref to itself', { properties: { next: { $ref: '#' }, n: { type: 'number' } } }, [{ next: { next: { n: 1 } } }], [{ next: { next: { n: 'x' } } }]],
  ['$ref to a Chinese name', { $defs: { 杯型: { enum: ['大', '小'] } }, $ref: '#/$defs/杯型' }, ['大'], ['中']],
  ['$anchor and $id', { $id: 'https://example.com/root', $defs: { a: { $id: 'a.json', $anchor: 'it', type: 'string' } }, $ref: 'a.json' }, ['x'], [1]],
  ['draft 7 tuples', { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'string' }], additionalItems: false }, [['a']], [[1], ['a', 'b']]],
  ['draft 4 bounds', { $schema: 'http://json-schema.org/draft-04/schema#', minimum: 1, exclusiveMinimum: true }, [2], [1]],
]

describe('jsonSchema', () => {
  it.each(keywords)('checks %s', (_, schema, good, bad) => {
    const made = jsonSchema(schema)
    for (const value of good) expect(made['~standard'].validate(value)).toEqual({ value })
    for (const value of bad) expect(made['~standard'].validate(value)).toHaveProperty('issues[0].message', expect.any(String))
  })
  it('says what is wrong and where, without the containers on the way', () => {
    const schema = jsonSchema({
      properties: { lines: { type: 'array', items: { properties: { 'a/b 舢': { type: 'string' } }, additionalProperties: false } }, to: { type: 'string' } },
      required: ['name'],
    })
    expect(schema['~standard'].validate({ lines: [{}, { 'a/b 舢': 1, more: 1 }], to: 2 })).toEqual({
      issues: [
        { path: [], message: 'Instance does not have required property "name".' },
        { path: ['lines', 1, 'a/b 舢'], message: 'Instance type "number" is invalid. Expected "string".' },
        { path: ['lines', 1, 'more'], message: 'is not allowed' },
        { path: ['to'], message: 'Instance type "number" is invalid. Expected "string".' },
      ],
    })
  })
  it('works as the schema of a tool: checked in full, and read back as it was given', () => {
    const json: JsonSchema = Object.freeze({ type: 'object', properties: { code: { pattern: '^a' } } })
    const schema = jsonSchema<{ code: string }>(json)
    expect(toJsonSchema(schema)).toEqual(json)
    expect(validateWith(schema, { code: 'ab' })).toEqual({ ok: true, value: { code: 'ab' } })
    expect(validateWith(schema, { code: 'b' })).toEqual({ ok: false, issues: 'code: String does not match pattern.' })
    expect(() => schema['~standard'].jsonSchema!.input({ target: 'openapi-3.0' as 'draft-2020-12' })).toThrow(expect.objectContaining({ code: 'protocol/schema-unsupported' }))
  })
  it('leaves the schema it was given alone', () => {
    const json = { properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } }
    jsonSchema(json)
    jsonSchema(json)
    expect(Object.getOwnPropertyNames(json.properties.a)).toEqual(['$ref'])
  })
  it('takes what every object inherits for absent', () => {
    expect(validateWith(jsonSchema({ required: ['toString'] }), {}).ok).toBe(false)
    expect(validateWith(jsonSchema({ properties: { constructor: { type: 'string' } } }), {}).ok).toBe(true)
  })
  it('takes a property that is undefined for absent', () => {
    expect(validateWith(jsonSchema({ properties: { a: { type: 'string' } } }), { a: undefined }).ok).toBe(true)
    expect(validateWith(jsonSchema({ required: ['a'] }), { a: undefined }).ok).toBe(false)
  })
  it('refuses what it cannot check', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    for (const value of [undefined, () => 1, { a: [Symbol('a')] }, cycle]) expect(validateWith(jsonSchema({ properties: { a: { items: {} } } }), value)).toMatchObject({ ok: false })
    expect(validateWith(jsonSchema({ $ref: '#' }), 1)).toMatchObject({ ok: false, issues: expect.stringContaining('cannot be checked') })
  })
  it.each<[string, JsonSchema]>([
    ['a $ref that leads nowhere', { properties: { a: { $ref: '#/$defs/missing' } } }],
    ['a $ref into the net', { $ref: 'https://example.com/schema.json' }],
    ['a $dynamicRef', { items: { $dynamicRef: '#node' } }],
    ['a pattern that is none', { properties: { a: { pattern: '[' } } }],
    ['a property pattern that is none', { patternProperties: { '(': {} } }],
    ['two schemas of one name', { $defs: { a: { $id: 'x.json' }, b: { $id: 'x.json' } } }],
  ])('refuses %s when it is made', (_, schema) => {
    expect(() => jsonSchema(schema)).toThrow(expect.objectContaining({ code: 'protocol/schema-unsupported' }))
  })
})
