/** Any value that survives `JSON.parse(JSON.stringify(value))`. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue | undefined }
/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue | undefined }

/** A JSON Schema (draft-07 or 2020-12) as plain data. `true` accepts everything. */
export type JsonSchema = { [keyword: string]: any }

/**
 * JSON with object keys in order and without `undefined`, so that equal values give equal text.
 * Used for approval fingerprints.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return '[' + value.map(canonicalJson).join(',') + ']'
  if (value && typeof value === 'object') {
    const object = value as Record<string, unknown>
    const keys = Object.keys(object).filter(key => object[key] !== undefined).sort()
    return '{' + keys.map(key => JSON.stringify(key) + ':' + canonicalJson(object[key])).join(',') + '}'
  }
  return JSON.stringify(value) || 'null'
}

/** `JSON.parse` that answers `undefined` where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
