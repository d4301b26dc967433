import type { JsonSchema } from './json.js'

/** What is wrong with a value, and where. */
export interface JsonIssue { readonly message: string; readonly path: readonly (string | number)[] }

/**
 * Checks a value against the part of JSON Schema that models get wrong: `type`, `enum`, `const`, `properties`,
 * `required`, `additionalProperties: false`, `items`, bounds of numbers, and lengths. Every other keyword
 * (`$ref`, `anyOf`, `pattern` …) is passed over: what it forbids is let through, what it allows is never refused.
 */
export function checkJson(schema: JsonSchema, value: unknown): JsonIssue[] {
  const issues: JsonIssue[] = []
  check(schema, value, [], issues)
  return issues
}

type Path = readonly (string | number)[]

function check(schema: JsonSchema, value: unknown, path: Path, issues: JsonIssue[]): void {
  if (!schema || typeof schema !== 'object') return
  const complain = (message: string): void => void issues.push({ message, path })
  const types = schema.type === undefined ? [] : ([] as string[]).concat(schema.type)
  if (types.length && !types.some(type => isOfType(type, value))) return complain('expected ' + types.join(' or '))
  if (schema.const !== undefined && !isSame(schema.const, value)) complain('expected ' + JSON.stringify(schema.const))
  if (Array.isArray(schema.enum) && !schema.enum.some(each => isSame(each, value))) complain('expected one of ' + JSON.stringify(schema.enum))
  if (typeof value === 'number') checkBounds(value, schema.minimum, schema.maximum, schema.exclusiveMinimum, schema.exclusiveMaximum, complain)
  else if (typeof value === 'string') checkBounds(value.length, schema.minLength, schema.maxLength, undefined, undefined, text => complain(text + ' characters'))
  else if (Array.isArray(value)) checkItems(schema, value, path, issues, complain)
  else if (value && typeof value === 'object') checkProperties(schema, value as Record<string, unknown>, path, issues)
}

function checkItems(schema: JsonSchema, value: unknown[], path: Path, issues: JsonIssue[], complain: (message: string) => void): void {
  checkBounds(value.length, schema.minItems, schema.maxItems, undefined, undefined, text => complain(text + ' items'))
  // Items that stand for places are described by `prefixItems`, or by the array form of older drafts.
  if (schema.prefixItems || Array.isArray(schema.items)) return
  value.forEach((item, index) => check(schema.items, item, path.concat(index), issues))
}

function checkProperties(schema: JsonSchema, value: Record<string, unknown>, path: Path, issues: JsonIssue[]): void {
  const properties: Record<string, JsonSchema> = schema.properties ?? {}
  for (const name of (schema.required as string[] | undefined) ?? []) {
    if (value[name] === undefined) issues.push({ message: 'is required', path: path.concat(name) })
  }
  for (const name of Object.keys(value)) {
    if (has(properties, name)) check(properties[name]!, value[name], path.concat(name), issues)
    else if (schema.additionalProperties === false && !schema.patternProperties) issues.push({ message: 'is not known', path: path.concat(name) })
  }
}

function checkBounds(
  size: number,
  least: number | undefined,
  most: number | undefined,
  above: number | undefined,
  below: number | undefined,
  complain: (message: string) => void,
): void {
  if (least !== undefined && size < least) complain('at least ' + least)
  if (most !== undefined && size > most) complain('at most ' + most)
  // A draft-04 boolean is not a bound of its own.
  if (typeof above === 'number' && size <= above) complain('more than ' + above)
  if (typeof below === 'number' && size >= below) complain('less than ' + below)
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'integer') return typeof value === 'number' && value % 1 === 0
  if (type === 'array') return Array.isArray(value)
  if (type === 'null') return value === null
  if (type === 'object') return value !== null && typeof value === 'object' && !Array.isArray(value)
  return typeof value === type
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

const has = (object: object, name: string): boolean => Object.prototype.hasOwnProperty.call(object, name)
