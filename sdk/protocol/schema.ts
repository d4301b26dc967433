import { SampanError } from '../errors.js'
import { checkJson } from './check-json.js'
import type { JsonSchema } from './json.js'
import { zodToJsonSchema, type ZodLike } from './zod-to-json-schema.js'

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
  const standard = schema['~standard']
  if (standard.jsonSchema) {
    const json: JsonSchema = Object.assign({}, standard.jsonSchema.input({ target: 'draft-2020-12' }))
    delete json.$schema
    return json
  }
  if (standard.vendor === 'zod') return zodToJsonSchema(schema as unknown as ZodLike)
  const advice = 'Use a version of it that implements Standard JSON Schema, or give the JSON Schema as plain data.'
  throw new SampanError('protocol/schema-unsupported', 'Schemas of "' + standard.vendor + '" do not say what they look like in JSON. ' + advice)
}

/**
 * Checks a value. Plain JSON Schema is checked for what models get wrong: types, required and unknown properties, enums
 * and simple bounds (see {@link checkJson}); for every keyword, wrap it with `jsonSchema` from `sampan/protocol/json-schema`.
 *
 * @throws SampanError `protocol/schema-unsupported` for a schema that answers with a promise: a tool's arguments are
 *   checked inside the tap that approves it, where nothing may be waited for.
 */
export function validateWith<T>(schema: Schema, value: unknown): Validation<T> {
  const result = isStandard(schema) ? validateStandard(schema, value) : jsonResult(schema, value)
  if ('then' in result) {
    // Nobody waits for it: should it fail, that must not end an app that dies of unhandled rejections.
    result.then(undefined, () => {})
    throw new SampanError('protocol/schema-unsupported', 'The schema checks asynchronously; a tool needs its answer at once.')
  }
  return result.issues ? { ok: false, issues: result.issues.map(issueText).join('; ') } : { ok: true, value: result.value as T }
}

function isStandard(schema: Schema): schema is StandardSchema {
  return '~standard' in schema
}

function jsonResult(schema: JsonSchema, value: unknown): StandardResult<unknown> {
  const issues = checkJson(schema, value)
  return issues.length ? { issues } : { value }
}

function validateStandard(schema: StandardSchema, value: unknown): StandardResult<unknown> | Promise<unknown> {
  try {
    return schema['~standard'].validate(value)
  } catch (thrown) {
    // zod generates code where it believes the host allows it, and some hosts only pretend to: `Function` answers with
    // undefined. Asked directly, zod does without.
    const zod = (schema as unknown as { _zod?: { run?(payload: object, context: object): StandardResult<unknown> } })._zod
    if (!zod?.run) throw thrown
    const result = zod.run({ value, issues: [] }, { async: false, jitless: true })
    return result.issues?.length || 'then' in result ? result : { value: (result as { value: unknown }).value }
  }
}

/** zod/mini has no texts of its own, only a code and what was expected: enough for a sentence. */
function issueText(issue: SchemaIssue & { code?: string; expected?: unknown; values?: unknown[]; minimum?: unknown; maximum?: unknown; keys?: string[] }): string {
  const { message, path, code, expected, values, minimum, maximum, keys } = issue
  const isBare = !message || message === 'Invalid input'
  const known =
    expected !== undefined ? 'expected ' + String(expected)
    : values ? 'expected one of ' + JSON.stringify(values)
    : minimum !== undefined ? 'at least ' + String(minimum)
    : maximum !== undefined ? 'at most ' + String(maximum)
    : keys ? 'unknown: ' + keys.join(', ')
    : code
  const text = isBare && known ? known : message || 'invalid'
  const where = (path ?? []).map(step => String(step && typeof step === 'object' && 'key' in step ? (step as { key: unknown }).key : step)).join('.')
  return where ? where + ': ' + text : text
}
