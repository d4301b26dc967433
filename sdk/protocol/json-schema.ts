import { dereference, validate, type OutputUnit, type SchemaDraft } from '@cfworker/json-schema'
import { errorMessage, SampanError } from '../errors.js'
import type { JsonSchema } from './json.js'
import type { SchemaIssue, StandardResult, StandardSchema } from './schema.js'

/**
 * Makes a Standard Schema of a JSON Schema that checks every keyword, without making code from text: for schemas that
 * come from elsewhere (an MCP server, an interrupt's `responseSchema`) and for those that must hold to the letter.
 *
 * The draft is read from `$schema`: 4, 6, 7, 2019-09, and 2020-12 where nothing is said. The schema is copied; a value
 * comes back as it is, no defaults are filled in. Properties that are `undefined` count as absent.
 *
 * @throws SampanError `protocol/schema-unsupported` at once, and not when it is first needed: a `$ref` that leads
 *   nowhere (nothing is ever fetched), a `$dynamicRef`, a `pattern` that is no regular expression.
 *
 * @example
 * defineTool({ name: 'pay', input: jsonSchema({ type: 'object', properties: { cents: { type: 'integer', multipleOf: 5 } } }), … })
 */
export function jsonSchema<Output = any>(schema: JsonSchema): StandardSchema<Output> {
  const own = JSON.parse(JSON.stringify(schema)) as JsonSchema
  const draft = draftOf(own)
  const lookup = indexOf(own)
  const asGiven = ({ target }: { target: string }): JsonSchema => {
    if (target === 'draft-2020-12' || target === 'draft-07') return schema
    throw unsupported(`There is no way to write it for "${target}".`)
  }
  return {
    '~standard': {
      version: 1,
      vendor: 'sampan',
      jsonSchema: { input: asGiven, output: asGiven } as { input: typeof asGiven },
      validate(value): StandardResult<Output> {
        try {
          const { valid, errors } = validate(bare(value), own, draft, lookup, false)
          return valid ? { value: value as Output } : { issues: issuesOf(errors, value) }
        } catch (thrown) {
          // What cannot be checked has not passed: a value that is no JSON, or a schema that leads to itself for ever.
          return { issues: [{ message: `cannot be checked: ${errorMessage(thrown)}` }] }
        }
      },
    },
  }
}

function draftOf({ $schema }: JsonSchema): SchemaDraft {
  const said = /draft-0([467])|(2019-09)/.exec(String($schema))
  if (!said) return '2020-12'
  if (said[2]) return '2019-09'
  return said[1] === '4' ? '4' : '7'
}

/** All schemas in the schema by their address, each looked over for what would only fail when it is needed. */
function indexOf(schema: JsonSchema): ReturnType<typeof dereference> {
  let lookup: ReturnType<typeof dereference>
  try {
    lookup = dereference(schema)
  } catch (thrown) {
    throw unsupported(errorMessage(thrown))
  }
  for (const address of Object.keys(lookup)) {
    const inner = lookup[address]
    if (!inner || typeof inner !== 'object') continue
    if (inner.$dynamicRef !== undefined) throw unsupported('$dynamicRef is not supported: write $ref.')
    if (inner.$ref !== undefined && lookup[inner.__absolute_ref__ ?? inner.$ref] === undefined) throw unsupported(`$ref "${inner.$ref}" leads nowhere.`)
    const patterns = Object.keys(inner.patternProperties ?? {})
    if (inner.pattern !== undefined) patterns.push(inner.pattern)
    patterns.forEach(checkPattern)
  }
  return lookup
}

function checkPattern(pattern: string): void {
  try {
    new RegExp(pattern, 'u')
  } catch (thrown) {
    throw unsupported(errorMessage(thrown))
  }
}

/** A copy that has what JSON has, and inherits nothing: the library asks with `in`, and every object has a `toString`. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const copy = Object.create(null) as { [key: string]: unknown }
  for (const key of Object.keys(value)) {
    const inner = (value as { [key: string]: unknown })[key]
    if (inner !== undefined) copy[key] = bare(inner)
  }
  return copy
}

/** What is really wrong: an error of a container only says that there are errors inside it. */
function issuesOf(errors: readonly OutputUnit[], value: unknown): SchemaIssue[] {
  const leaves = errors.filter((error, index) => !isContainer(error, errors[index + 1]))
  return leaves
    .filter(({ keyword, instanceLocation }) => keyword !== 'false' || !leaves.some(other => other.keyword !== 'false' && isAt(other, instanceLocation)))
    .map(({ keyword, error, instanceLocation }) => ({ message: keyword === 'false' ? 'is not allowed' : error, path: pathOf(instanceLocation, value) }))
}

/** Whether this error is there for the one that follows it. Of alternatives it is told that none fits, and why not. */
function isContainer({ keyword, keywordLocation }: OutputUnit, next: OutputUnit | undefined): boolean {
  if (!next || keyword === 'anyOf' || keyword === 'oneOf') return false
  return keyword === 'if' || next.keyword === 'false' || startsWith(next.keywordLocation, keywordLocation + '/')
}

/** A property that fails its own schema is taken for an unknown one besides: that says nothing new. */
const isAt = ({ instanceLocation }: OutputUnit, place: string): boolean => instanceLocation === place || startsWith(instanceLocation, place + '/')
const startsWith = (text: string, start: string): boolean => text.slice(0, start.length) === start

/** `#/list/0` as `['list', 0]`. */
function pathOf(location: string, value: unknown): (string | number)[] {
  let place = value as any
  return location.split('/').slice(1).map(step => {
    const key = decodeURIComponent(step).replace(/~1/g, '/').replace(/~0/g, '~')
    const isIndex = Array.isArray(place)
    place = place?.[key]
    return isIndex ? Number(key) : key
  })
}

const unsupported = (message: string): SampanError => new SampanError('protocol/schema-unsupported', `This JSON Schema cannot be used. ${message}`)
