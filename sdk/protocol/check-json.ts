import type { JsonSchema } from './json.js'

/** What is wrong with a value, and where. */
export interface JsonIssue { readonly message: string; readonly path: readonly (string | number)[] }

/** The keywords that bound a number, or the length of what has one. */
const bounds: Record<string, [least: string, most: string, unit: string]> = {
  number: ['minimum', 'maximum', ''],
  string: ['minLength', 'maxLength', ' characters'],
  array: ['minItems', 'maxItems', ' items'],
}

/**
 * Checks a value against the part of JSON Schema that models get wrong: `type`, `enum`, `const`, `properties`,
 * `required`, `additionalProperties: false`, `items`, bounds of numbers, and lengths. Every other keyword
 * (`$ref`, `anyOf`, `pattern` …) is passed over: what it forbids is let through, what it allows is never refused.
 */
export function checkJson(schema: JsonSchema, value: any, path: JsonIssue['path'] = [], issues: JsonIssue[] = []): JsonIssue[] {
  if (!schema || typeof schema !== 'object') return issues
  const complain = (message: string, at = path): unknown => issues.push({ message, path: at })
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const types = ([] as string[]).concat(schema.type ?? [])
  if (types.length && !types.some(type => type === kind || (type === 'integer' && kind === 'number' && value % 1 === 0))) {
    complain('expected ' + types.join(' or '))
    return issues
  }
  const isSame = (other: unknown): boolean => other === value || (typeof other === 'object' && JSON.stringify(other) === JSON.stringify(value))
  if (schema.const !== undefined && !isSame(schema.const)) complain('expected ' + JSON.stringify(schema.const))
  if (Array.isArray(schema.enum) && !schema.enum.some(isSame)) complain('expected one of ' + JSON.stringify(schema.enum))
  if (bounds[kind]) checkBounds(schema, kind === 'number' ? value : value.length, bounds[kind], complain)
  if (kind === 'object') checkProperties(schema, value, path, issues, complain)
  // Items that stand for places are described by `prefixItems`.
  else if (kind === 'array' && !schema.prefixItems) value.forEach((item: unknown, index: number) => checkJson(schema.items, item, path.concat(index), issues))
  return issues
}

type Complain = (message: string, at?: JsonIssue['path']) => void

function checkBounds(schema: JsonSchema, size: number, [least, most, unit]: [string, string, string], complain: Complain): void {
  const { exclusiveMinimum: above, exclusiveMaximum: below } = schema
  if (size < schema[least]) complain('at least ' + schema[least] + unit)
  if (size > schema[most]) complain('at most ' + schema[most] + unit)
  // A length has no such bound, and the boolean of draft 4 is none of its own.
  if (unit) return
  if (typeof above === 'number' && size <= above) complain('more than ' + above)
  if (typeof below === 'number' && size >= below) complain('less than ' + below)
}

function checkProperties(schema: JsonSchema, value: JsonSchema, path: JsonIssue['path'], issues: JsonIssue[], complain: Complain): void {
  const { properties = {}, required = [], additionalProperties, patternProperties } = schema
  const known = Object.keys(properties)
  for (const name of required) if (value[name] === undefined) complain('is required', path.concat(name))
  for (const name of Object.keys(value)) {
    const at = path.concat(name)
    if (known.indexOf(name) >= 0) checkJson(properties[name], value[name], at, issues)
    else if (additionalProperties === false && !patternProperties) complain('is not known', at)
  }
}
