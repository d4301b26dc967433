import { globalRegistry } from 'zod/mini'
import { SampanError } from '../errors.js'
import type { JsonSchema } from './json.js'

// zod's own converter is larger than the rest of zod/mini together. This one knows what JSON can express and says so
// where it cannot. It reads `_zod.def`, which zod keeps stable for libraries (zod.dev/library-authors).

/** The part of a zod schema that is read here: zod and zod/mini have it alike. */
export interface ZodLike {
  _zod: { def: Def; optin?: string | undefined }
}
type Def = { type: string; checks?: { _zod: { def: Def & { check: string } } }[]; [key: string]: any }
type Convert = (schema: ZodLike) => JsonSchema

/**
 * The JSON Schema of what a zod schema takes (its input), 2020-12.
 *
 * @throws SampanError `protocol/schema-unsupported` for what JSON cannot carry, such as `bigint` or `date`, and for
 *   schemas that contain themselves.
 */
export function zodToJsonSchema(schema: ZodLike, parents: readonly ZodLike[] = []): JsonSchema {
  if (parents.indexOf(schema) >= 0) throw unsupported('A schema that contains itself', 'Give the tool plain JSON Schema with $ref.')
  const { def } = schema._zod
  const converter = Object.prototype.hasOwnProperty.call(converters, def.type) ? converters[def.type] : undefined
  if (!converter) throw unsupported('The zod type "' + def.type + '"', 'JSON has no such value: use another type.')
  const inside = parents.concat(schema)
  const json = converter(def, inner => zodToJsonSchema(inner, inside))
  applyChecks(json, def)
  const meta = globalRegistry.get(schema as never) as JsonSchema | undefined
  return meta ? Object.assign(json, meta) : json
}

const inner = (def: Def, convert: Convert): JsonSchema => convert(def.innerType)
const anything = (): JsonSchema => ({})

const converters: Record<string, (def: Def, convert: Convert) => JsonSchema> = {
  string: def => formatOf({ type: 'string' }, def),
  number: def => (isInteger(def) ? { type: 'integer' } : { type: 'number' }),
  boolean: () => ({ type: 'boolean' }),
  null: () => ({ type: 'null' }),
  any: anything,
  unknown: anything,
  // What a transformation takes is known to its code alone.
  transform: anything,
  custom: anything,
  never: () => ({ not: {} }),
  literal: def => oneOf(def.values),
  enum: def => oneOf(enumValues(def.entries)),
  template_literal: () => ({ type: 'string' }),
  array: (def, convert) => ({ type: 'array', items: convert(def.element) }),
  tuple: tupleSchema,
  object: objectSchema,
  record: (def, convert) => ({ type: 'object', propertyNames: convert(def.keyType), additionalProperties: convert(def.valueType) }),
  union: (def, convert) => ({ anyOf: def.options.map(convert) }),
  intersection: (def, convert) => ({ allOf: [convert(def.left), convert(def.right)] }),
  nullable: (def, convert) => ({ anyOf: [convert(def.innerType), { type: 'null' }] }),
  optional: inner,
  nonoptional: inner,
  readonly: (def, convert) => Object.assign(convert(def.innerType), { readOnly: true }),
  catch: inner,
  default: (def, convert) => Object.assign(convert(def.innerType), { default: def.defaultValue }),
  prefault: (def, convert) => Object.assign(convert(def.innerType), { default: def.defaultValue }),
  pipe: (def, convert) => convert(def.in._zod.def.type === 'transform' ? def.out : def.in),
  lazy: (def, convert) => convert(def.getter()),
}

function objectSchema(def: Def, convert: Convert): JsonSchema {
  const shape = def.shape as Record<string, ZodLike>
  const properties: Record<string, JsonSchema> = {}
  const required: string[] = []
  for (const name of Object.keys(shape)) {
    properties[name] = convert(shape[name]!)
    if (!mayBeAbsent(shape[name]!)) required.push(name)
  }
  const json: JsonSchema = { type: 'object', properties }
  if (required.length) json.required = required
  if (def.catchall) {
    const rest = convert(def.catchall)
    json.additionalProperties = rest.not ? false : rest
  }
  return json
}

/** Some types let zod see that a value is missing, and still want one. */
function mayBeAbsent({ _zod: { def, optin } }: ZodLike): boolean {
  if (def.type === 'pipe' && def.in._zod.def.type === 'transform') return mayBeAbsent(def.out)
  if (def.type === 'catch') return mayBeAbsent(def.innerType)
  return optin !== undefined
}

function tupleSchema(def: Def, convert: Convert): JsonSchema {
  const prefixItems = (def.items as ZodLike[]).map(convert)
  const required = (def.items as ZodLike[]).filter(item => !mayBeAbsent(item)).length
  return def.rest
    ? { type: 'array', prefixItems, minItems: required, items: convert(def.rest) }
    : { type: 'array', prefixItems, minItems: required, maxItems: prefixItems.length, items: false }
}

function oneOf(values: readonly unknown[]): JsonSchema {
  const types = values.map(value => (value === null ? 'null' : typeof value))
  if (types.some(type => type === 'bigint' || type === 'undefined')) throw unsupported('A literal of type ' + types.join(', '), 'JSON has no such value.')
  const json: JsonSchema = values.length === 1 ? { const: values[0] } : { enum: values }
  return types.every(type => type === types[0]) ? Object.assign({ type: types[0] }, json) : json
}

/** A numeric TypeScript enum also lists its names by number; those are not values. */
function enumValues(entries: Record<string, string | number>): unknown[] {
  const numbers = Object.keys(entries).map(key => entries[key]).filter(value => typeof value === 'number')
  return Object.keys(entries).filter(key => numbers.indexOf(Number(key)) < 0).map(key => entries[key])
}

function isInteger(def: Def): boolean {
  return checksOf(def).some(check => check.check === 'number_format' && /int/.test(check.format))
}

const formats: Record<string, string> = { guid: 'uuid', uuid: 'uuid', url: 'uri', datetime: 'date-time', date: 'date', email: 'email', ipv4: 'ipv4', ipv6: 'ipv6', duration: 'duration' }

function formatOf(json: JsonSchema, def: Def): JsonSchema {
  for (const check of checksOf(def)) {
    if (check.check !== 'string_format') continue
    if (formats[check.format]) json.format = formats[check.format]
    else if (check.pattern) json.pattern = check.pattern.source
  }
  return json
}

type Check = Def & { check: string }

/** A format schema (`z.int()`, `z.email()`) is its own first check. */
function checksOf(def: Def): Check[] {
  const list = (def.checks ?? []).map(check => check._zod.def)
  return def.check ? [def as Check].concat(list) : list
}

function applyChecks(json: JsonSchema, def: Def): void {
  const isList = json.type === 'array'
  for (const check of checksOf(def)) {
    const { value } = check
    if (check.check === 'greater_than') json[check.inclusive ? 'minimum' : 'exclusiveMinimum'] = value
    else if (check.check === 'less_than') json[check.inclusive ? 'maximum' : 'exclusiveMaximum'] = value
    else if (check.check === 'multiple_of') json.multipleOf = value
    else if (check.check === 'min_length') json[isList ? 'minItems' : 'minLength'] = check.minimum
    else if (check.check === 'max_length') json[isList ? 'maxItems' : 'maxLength'] = check.maximum
    else if (check.check === 'length_equals') json[isList ? 'minItems' : 'minLength'] = json[isList ? 'maxItems' : 'maxLength'] = check.length
  }
}

function unsupported(what: string, advice: string): SampanError {
  return new SampanError('protocol/schema-unsupported', what + ' cannot be written as JSON Schema. ' + advice)
}
