import { globalRegistry } from 'zod/mini'
import { SampanError } from '../errors.js'
import type { JsonSchema } from './json.js'

// zod's own converter is larger than the rest of zod/mini together. This one knows what JSON can express and says so
// where it cannot. It reads `_zod`, which zod keeps stable for libraries (zod.dev/library-authors).

/** The part of a zod schema that is read here: zod and zod/mini have it alike. */
export interface ZodLike {
  _zod: { def: Def; optin?: string | undefined; values?: Set<unknown> }
}
type Def = { type: string; checks?: { _zod: { def: Check } }[]; [key: string]: any }
type Check = { check?: string; [key: string]: any }
type Convert = (schema: ZodLike) => JsonSchema

/**
 * The JSON Schema of what a zod schema takes (its input), 2020-12.
 *
 * @throws SampanError `protocol/schema-unsupported` for what JSON cannot carry, such as `bigint` or `date`, and for
 *   schemas that contain themselves.
 */
export function zodToJsonSchema(schema: ZodLike, parents: readonly ZodLike[] = []): JsonSchema {
  if (parents.indexOf(schema) >= 0) throw unsupported('A schema that contains itself')
  const { def } = schema._zod
  const inside = parents.concat(schema)
  const json = write(schema, inner => zodToJsonSchema(inner, inside))
  // A format schema (`z.int()`, `z.email()`) is its own first check.
  applyCheck(json, def)
  def.checks?.forEach(check => applyCheck(json, check._zod.def))
  return Object.assign(json, globalRegistry.get(schema as never))
}

function write({ _zod: { def, values } }: ZodLike, convert: Convert): JsonSchema {
  const { type, innerType } = def
  switch (type) {
    case 'string': case 'number': case 'boolean': case 'null':
      return { type }
    case 'template_literal':
      return { type: 'string' }
    // What a transformation takes is known to its code alone.
    case 'any': case 'unknown': case 'transform': case 'custom':
      return {}
    case 'never':
      return { not: {} }
    case 'literal': case 'enum':
      return oneOf(Array.from(values!))
    case 'array':
      return { type, items: convert(def.element) }
    case 'tuple':
      return tupleSchema(def.items, def.rest, convert)
    case 'object':
      return objectSchema(def.shape, def.catchall, convert)
    case 'record':
      return { type: 'object', propertyNames: convert(def.keyType), additionalProperties: convert(def.valueType) }
    case 'union':
      return { anyOf: def.options.map(convert) }
    case 'intersection':
      return { allOf: [convert(def.left), convert(def.right)] }
    case 'nullable':
      return { anyOf: [convert(innerType), { type: 'null' }] }
    case 'pipe':
      return convert(takes(def))
    case 'lazy':
      return convert(def.getter())
    default:
      if (!innerType) throw unsupported('The zod type "' + type + '"')
      return wrapped(def, convert(innerType))
  }
}

/** What only wraps another type takes what that takes. */
function wrapped(def: Def, json: JsonSchema): JsonSchema {
  if (def.type === 'readonly') json.readOnly = true
  if ('defaultValue' in def) json.default = def.defaultValue
  return json
}

/** The side of a pipe that says what comes in. */
function takes(pipe: Def): ZodLike {
  return pipe.in._zod.def.type === 'transform' ? pipe.out : pipe.in
}

function objectSchema(shape: Record<string, ZodLike>, catchall: ZodLike | undefined, convert: Convert): JsonSchema {
  const properties: JsonSchema = {}
  const names = Object.keys(shape)
  for (const name of names) properties[name] = convert(shape[name]!)
  const json: JsonSchema = { type: 'object', properties }
  const required = names.filter(name => isNeeded(shape[name]!))
  if (required.length) json.required = required
  if (catchall) {
    const rest = convert(catchall)
    json.additionalProperties = rest.not ? false : rest
  }
  return json
}

function tupleSchema(items: ZodLike[], rest: ZodLike | undefined, convert: Convert): JsonSchema {
  const json: JsonSchema = { type: 'array', prefixItems: items.map(convert), minItems: items.filter(isNeeded).length, items: false }
  if (rest) json.items = convert(rest)
  else json.maxItems = items.length
  return json
}

/** Some types let zod see that a value is missing, and still want one. */
function isNeeded({ _zod: { def, optin } }: ZodLike): boolean {
  if (def.type === 'pipe') return isNeeded(takes(def))
  return def.type === 'catch' ? isNeeded(def.innerType) : optin === undefined
}

function oneOf(values: unknown[]): JsonSchema {
  const types = values.map(value => {
    const type = value === null ? 'null' : typeof value
    if (type === 'bigint' || type === 'undefined') throw unsupported('A literal of type ' + type)
    return type
  })
  const json: JsonSchema = values.length > 1 ? { enum: values } : { const: values[0] }
  if (types.every(type => type === types[0])) json.type = types[0]
  return json
}

/** Keywords of bounds: where the bound itself is allowed, and where it is not. */
const bounds: Record<string, [string, string]> = {
  greater_than: ['minimum', 'exclusiveMinimum'],
  less_than: ['maximum', 'exclusiveMaximum'],
}
/** Formats that JSON Schema knows too, and what it calls them. Others are told by their pattern. */
const formats: Record<string, string> = { guid: 'uuid', uuid: 'uuid', url: 'uri', datetime: 'date-time', date: 'date', email: 'email', ipv4: 'ipv4', ipv6: 'ipv6', duration: 'duration' }

function applyCheck(json: JsonSchema, { check, format, pattern, inclusive, value, length, minimum = length, maximum = length }: Check): void {
  const size = json.type === 'array' ? 'Items' : 'Length'
  const bound = bounds[check!]
  if (bound) json[bound[inclusive ? 0 : 1]] = value
  else if (check === 'multiple_of') json.multipleOf = value
  else if (check === 'number_format') {
    if (/int/.test(format)) json.type = 'integer'
  } else if (check === 'string_format') {
    if (formats[format]) json.format = formats[format]
    else if (pattern) json.pattern = pattern.source
  } else if (check) {
    if (minimum !== undefined) json['min' + size] = minimum
    if (maximum !== undefined) json['max' + size] = maximum
  }
}

const unsupported = (what: string): SampanError => schemaUnsupported(what + ' cannot be written as JSON Schema. Use another type, or give the tool JSON Schema.')

/** The error of a schema that cannot be used as it is. */
export const schemaUnsupported = (message: string): SampanError => new SampanError('protocol/schema-unsupported', message)
