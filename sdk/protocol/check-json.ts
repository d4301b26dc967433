import type { JsonSchema } from './json.js'

/** What is wrong with a value, and where. */
export interface JsonIssue { readonly message: string; readonly path: readonly (string | number)[] }

/** What bounds a number, or the length of what has one: the end of the keywords, and the unit. */
const bounds: Record<string, [keyword: string, unit: string]> = {
  number: ['imum', ''],
  string: ['Length', ' characters'],
  array: ['Items', ' items'],
}

/**
 * Checks a value against the part of JSON Schema that models get wrong: `type`, `enum`, `const`, `properties`,
 * `required`, `additionalProperties: false`, `items`, bounds of numbers, and lengths. Every other keyword
 * (`$ref`, `anyOf`, `pattern` …) is passed over: what it forbids is let through, what it allows is never refused.
 */
export function checkJson(schema: JsonSchema, value: any, path: JsonIssue['path'] = [], issues: JsonIssue[] = []): JsonIssue[] {
  if (Object(schema) !== schema) return issues
  const complain = (message: string, at = path): unknown => issues.push({ message, path: at })
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const types = ([] as string[]).concat(schema.type || [])
  if (types.length && !types.some(type => type === kind || (type === 'integer' && kind === 'number' && value % 1 === 0))) {
    complain('expected ' + types.join(' or '))
    return issues
  }
  const isSame = (other: unknown): boolean => JSON.stringify(other) === JSON.stringify(value)
  const allowed = schema.const === undefined ? schema.enum : [schema.const]
  if (Array.isArray(allowed) && !allowed.some(isSame)) complain('expected one of ' + JSON.stringify(allowed))
  if (bounds[kind]) checkBounds(schema, kind === 'number' ? value : value.length, bounds[kind], complain)
  if (kind === 'object') checkProperties(schema, value, path, issues, complain)
  // Items that stand for places are described by `prefixItems`.
  else if (kind === 'array' && !schema.prefixItems) value.forEach((item: unknown, index: number) => checkJson(schema.items, item, path.concat(index), issues))
  return issues
}

type Complain = (message: string, at?: JsonIssue['path']) => void

function checkBounds(schema: JsonSchema, size: number, [keyword, unit]: [string, string], complain: Complain): void {
  const { exclusiveMinimum: above, exclusiveMaximum: below } = schema
  const [least, most] = [schema['min' + keyword], schema['max' + keyword]]
  if (size < least) complain('at least ' + least + unit)
  if (size > most) complain('at most ' + most + unit)
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
