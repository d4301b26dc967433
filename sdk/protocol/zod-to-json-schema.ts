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

/**
 * The JSON Schema of what a zod schema takes (its input), 2020-12.
 *
 * @throws SampanError `protocol/schema-unsupported` for what JSON cannot carry, such as `bigint` or `date`, and for
 *   schemas that contain themselves.
 */
export function zodToJsonSchema(schema: ZodLike, parents: readonly ZodLike[] = []): JsonSchema {
  if (parents.indexOf(schema) >= 0) throw unwritable('A schema that contains itself')
  const { def } = schema._zod
  const json = write(schema, inner => zodToJsonSchema(inner, parents.concat(schema)))
  // A format schema (`z.int()`, `z.email()`) is its own first check.
  applyCheck(json, def)
  for (const check of def.checks || []) applyCheck(json, check._zod.def)
  return Object.assign(json, globalRegistry.get(schema as never))
}

function write({ _zod: { def, values } }: ZodLike, convert: (schema: ZodLike) => JsonSchema): JsonSchema {
  const { type, innerType, shape, items, rest, catchall } = def
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
      return { type: 'array', prefixItems: items.map(convert), minItems: items.filter(isNeeded).length, items: !!rest && convert(rest), maxItems: rest ? undefined : items.length }
    case 'object': {
      const properties: JsonSchema = {}
      const names = Object.keys(shape)
      for (const name of names) properties[name] = convert(shape[name])
      const required = names.filter(name => isNeeded(shape[name]))
      return { type, properties, required: required.length ? required : undefined, additionalProperties: catchall && typeOf(catchall) !== 'never' && convert(catchall) }
    }
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
  }
  // What only wraps another type takes what that takes.
  if (!innerType) throw unwritable('Type ' + type)
  return Object.assign(convert(innerType), type === 'readonly' && { readOnly: true }, 'defaultValue' in def && { default: def.defaultValue })
}

const typeOf = (schema: ZodLike): string => schema._zod.def.type

/** The side of a pipe that says what comes in. */
const takes = (pipe: Def): ZodLike => (typeOf(pipe.in) === 'transform' ? pipe.out : pipe.in)

/** Some types let zod see that a value is missing, and still want one. */
function isNeeded({ _zod: { def, optin } }: ZodLike): boolean {
  const { type } = def
  return type === 'pipe' ? isNeeded(takes(def)) : type === 'catch' ? isNeeded(def.innerType) : optin === undefined
}

function oneOf(values: unknown[]): JsonSchema {
  const types = values.map(value => (value === null ? 'null' : typeof value))
  const wrong = types.find(type => /^(bigint|undefined)$/.test(type))
  if (wrong) throw unwritable('Type ' + wrong)
  return Object.assign(values.length > 1 ? { enum: values } : { const: values[0] }, new Set(types).size < 2 && { type: types[0] })
}

/** Keywords of bounds: as they are where the bound itself is not allowed, behind `exclusive`. */
const bounds: Record<string, string> = { greater_than: 'Minimum', less_than: 'Maximum' }
/** Formats that JSON Schema knows, by their names here. Others are told by their pattern. */
const formats: Record<string, string> = { uuid: 'uuid', date: 'date', email: 'email', url: 'uri', datetime: 'date-time' }

function applyCheck(json: JsonSchema, { check, format, pattern, inclusive, value, length, minimum = length, maximum = length }: Check): void {
  const bound = bounds[check!]
  if (bound) json[inclusive ? bound.toLowerCase() : 'exclusive' + bound] = value
  else if (check === 'multiple_of') json.multipleOf = value
  else if (check === 'number_format') {
    if (/int/.test(format)) json.type = 'integer'
  } else if (check === 'string_format') {
    if (formats[format]) json.format = formats[format]
    else if (pattern) json.pattern = pattern.source
  } else {
    const size = json.type === 'array' ? 'Items' : 'Length'
    if (minimum !== undefined) json['min' + size] = minimum
    if (maximum !== undefined) json['max' + size] = maximum
  }
}

/** The error of a schema that JSON Schema has no words for. */
export const unwritable = (what: string): SampanError => schemaUnsupported(what + ' cannot be written as JSON Schema.')

/** The error of a schema that cannot be used as it is. */
export const schemaUnsupported = (message: string): SampanError => new SampanError('protocol/schema-unsupported', message)
