import type { Turn } from './conversation.js'
import { emptyValue, fillArguments, type Known, setPath } from './fill-arguments.js'
import { slotsOf, type Slot } from './slots.js'
import { conceptNames } from './thesaurus.js'
import { type ChatCompletionRequest, messageText } from './wire.js'

type Schema = Record<string, any>

/** The schema an answer must have, if it must be JSON. Without one it is an object with the text in `answer`. */
export function wantedSchema({ response_format: format, messages }: ChatCompletionRequest): Schema | undefined {
  if (format?.type === 'json_schema') return format.json_schema?.schema ?? {}
  if (format?.type !== 'json_object') return undefined
  // Where a provider knows no schemas, they stand in the instructions.
  const texts = messages.filter(({ role }) => role === 'system' || role === 'developer').map(({ content }) => messageText(content))
  return texts.map(schemaIn).find(Boolean) ?? { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] }
}

function schemaIn(text: string): Schema | undefined {
  try {
    const found = JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
    return found?.properties ? found : undefined
  } catch {
    return undefined
  }
}

/** Fills the schema of an object from what the tools answered and what was said, and leaves empty what nobody said. */
export function structuredOutput(schema: Schema, turn: Turn, known: Known, answer: string): string {
  const slots = slotsOf(schema)
  const about = slots.map(slot => slot.about).join(' . ')
  const filled = fillArguments({ slots, concepts: conceptNames(about), terms: new Set() }, [{ text: turn.text }], known)
  const result = emptyObject(schema)
  for (const slot of slots) {
    const [told] = turn.results.flatMap(({ value }) => valuesAt(value, slot.name)).filter(value => fits(value, slot))
    const said = filled.values.get(slot)
    const isText = slot.schema.type === 'string' && /\b(answer|summary|reply|text|response)\b|回答|总结/.test(slot.about)
    const value = told ?? (isText && answer ? answer : said && (slot.isList ? said : said[0]))
    if (value !== undefined) setPath(result, slot.path, value)
    else if (slot.isRequired) setPath(result, slot.path, emptyValue(slot))
  }
  return JSON.stringify(result)
}

/** Objects and lists that must be there, before anything is in them. */
function emptyObject(schema: Schema): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const [name, property] of Object.entries<Schema>(schema.properties ?? {})) {
    if (!schema.required?.includes(name)) continue
    if (property.type === 'array') result[name] = []
    else if (property.type === 'object') result[name] = emptyObject(property)
  }
  return result
}

function valuesAt(value: unknown, key: string): unknown[] {
  if (!value || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([name, inner]) => (name === key ? [inner] : valuesAt(inner, key)))
}

function fits(value: unknown, { schema, isList }: Slot): boolean {
  if (schema.enum) return schema.enum.includes(value)
  if (isList) return Array.isArray(value)
  const type = schema.type === 'integer' ? 'number' : schema.type
  return typeof value === type
}
