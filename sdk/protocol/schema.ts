import { toSampanError } from '../errors.js'
import { checkJson } from './check-json.js'
import type { JsonSchema } from './json.js'
import { schemaUnsupported, unwritable, zodToJsonSchema, type ZodLike } from './zod-to-json-schema.js'

/** Standard Schema v1 (standardschema.dev), as far as we need it: zod, zod/mini, valibot and others have it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** Standard JSON Schema: a library that can say itself what its schema looks like in JSON. */
    readonly jsonSchema?: { readonly input: (options: { target: 'draft-2020-12' }) => Record<string, unknown> } | undefined
  }
}
/** What a Standard Schema answers: a value, or what is wrong. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }
/** One thing that is wrong with a value. */
export interface SchemaIssue { readonly message: string; readonly path?: readonly unknown[] | undefined }

/** A schema of any kind a tool takes: a Standard Schema, or JSON Schema as plain data. */
export type Schema<Output = any> = StandardSchema<any, Output> | JsonSchema
/** The type a schema describes. Plain JSON Schema says nothing to the compiler: `any`. */
export type SchemaOutput<S> = S extends StandardSchema<any, infer Output> ? Output : any
/** The outcome of a check: the value, as the schema makes it, or a sentence a model can act on. */
export type Validation<T> = { ok: true; value: T } | { ok: false; issues: string }

/**
 * A schema as JSON Schema, for a model. Plain JSON Schema comes back as it is.
 *
 * @throws SampanError `protocol/schema-unsupported` where the schema's library cannot say it in JSON.
 */
export function toJsonSchema(schema: Schema): JsonSchema {
  if (!isStandard(schema)) return schema
  const { jsonSchema, vendor } = schema['~standard']
  if (jsonSchema) {
    const json: JsonSchema = Object.assign({}, jsonSchema.input({ target: 'draft-2020-12' }))
    delete json.$schema
    return json
  }
  if (isZod(schema)) return zodToJsonSchema(schema)
  throw unwritable('A schema of "' + vendor + '"')
}

/**
 * Checks a value. Plain JSON Schema is checked for what models get wrong: types, required and unknown properties, enums
 * and simple bounds (see {@link checkJson}); for every keyword, wrap it with `jsonSchema` from `sampan/protocol/json-schema`.
 *
 * @throws SampanError `protocol/schema-unsupported` for a schema that throws, or answers with a promise: a tool's
 *   arguments are checked inside the tap that approves it, where nothing may be waited for.
 */
export function validateWith<T>(schema: Schema, value: unknown): Validation<T> {
  let result: { readonly value?: unknown; readonly issues?: readonly SchemaIssue[] | undefined } | Promise<unknown>
  try {
    result = isStandard(schema) ? validateStandard(schema, value) : { value, issues: checkJson(schema, value) }
  } catch (thrown) {
    throw toSampanError(thrown, 'protocol/schema-unsupported')
  }
  if ('then' in result) {
    // Nobody waits for it: should it fail, that must not end an app that dies of unhandled rejections.
    result.then(undefined, () => {})
    throw schemaUnsupported('The schema checks asynchronously.')
  }
  const { issues = [] } = result
  return issues.length ? { ok: false, issues: issues.map(issueText).join('; ') } : { ok: true, value: result.value as T }
}

function isStandard(schema: Schema): schema is StandardSchema {
  return '~standard' in schema
}

/** zod 4, of which more is known than of others. */
type Zod = StandardSchema & ZodLike & {
  safeParse?(value: unknown, how: { jitless: true }): { error?: { issues: readonly SchemaIssue[] }; data?: unknown }
}
function isZod(schema: StandardSchema): schema is Zod {
  return '_zod' in schema
}

function validateStandard(schema: StandardSchema, value: unknown): StandardResult<unknown> | Promise<unknown> {
  if (!isZod(schema) || !schema.safeParse) return schema['~standard'].validate(value)
  // zod generates code where it believes the host allows it, and some hosts only pretend to: `Function` answers with undefined.
  const { error, data } = schema.safeParse(value, { jitless: true })
  return error || { value: data }
}

/** zod/mini has no texts of its own, only a code and what was expected: enough for a sentence. */
function issueText(issue: SchemaIssue & { code?: string; expected?: unknown; values?: unknown[]; minimum?: unknown; maximum?: unknown; keys?: string[] }): string {
  const { message, path = [], code, expected, values, minimum, maximum, keys } = issue
  const own = message !== 'Invalid input' && message
  const known =
    expected !== undefined ? 'expected ' + expected
    : values ? 'expected one of ' + JSON.stringify(values)
    : minimum !== undefined ? 'at least ' + minimum
    : maximum !== undefined ? 'at most ' + maximum
    : keys ? 'unknown: ' + keys.join(', ')
    : code
  const text = own || known || message || 'invalid'
  const where = path.map(step => String((Object(step) as { key?: unknown }).key ?? step)).join('.')
  return where ? where + ': ' + text : text
}
