import { conceptNames } from './thesaurus.js'
import { splitName, terms } from './words.js'

type Schema = Record<string, any>

/** How a value is found in what somebody said. */
export type SlotKind =
  | 'enum'
  | 'boolean'
  | 'number'
  | 'date'
  | 'time'
  | 'date-time'
  | 'email'
  | 'phone'
  | 'id'
  | 'query'
  | 'person'
  | 'from'
  | 'to'
  | 'place'
  | 'text'
  | 'string'

/** One value a tool takes; nested objects are flattened into paths. */
export interface Slot {
  path: string[]
  name: string
  kind: SlotKind
  schema: Schema
  isRequired: boolean
  /** Several values in one array. */
  isList: boolean
  /** Name and description as one text, for comparing words. */
  about: string
  terms: Set<string>
  concepts: Set<string>
}

/** The values a JSON Schema asks for, required or not, in the order they stand. */
export function slotsOf(schema: Schema | undefined): Slot[] {
  return schema ? collect(resolve(schema, schema), schema, [], true) : []
}

function collect(schema: Schema, root: Schema, path: string[], isRequired: boolean): Slot[] {
  const required = new Set<string>(schema.required ?? [])
  return Object.entries<Schema>(schema.properties ?? {}).flatMap(([name, raw]) => {
    const property = resolve(raw, root)
    const here = isRequired && required.has(name) && property.default === undefined
    const at = [...path, name]
    if (path.length > 4) return []
    if (property.properties) return collect(property, root, at, here)
    const item = property.type === 'array' ? resolve(property.items ?? {}, root) : undefined
    if (item?.properties) return collect(item, root, [...at, '0'], here)
    return [makeSlot(at, name, item ? { description: property.description, ...item } : property, here, item !== undefined)]
  })
}

function makeSlot(path: string[], name: string, schema: Schema, isRequired: boolean, isList: boolean): Slot {
  const about = `${splitName(name)} ${schema.title ?? ''} ${schema.description ?? ''}`
  const kind = kindOf(splitName(name), schema)
  return { path, name, kind, schema, isRequired, isList, about, terms: new Set(terms(about)), concepts: conceptNames(about) }
}

/** A schema without references, and of several alternatives the first that is not null. */
function resolve(schema: Schema, root: Schema): Schema {
  if (typeof schema.$ref === 'string' && schema.$ref.startsWith('#/')) {
    const target = schema.$ref.slice(2).split('/').reduce<any>((at, key) => at?.[key], root)
    return target && target !== schema ? resolve({ ...target, ...(schema.description && { description: schema.description }) }, root) : {}
  }
  const options: Schema[] | undefined = schema.anyOf ?? schema.oneOf
  if (!options) return Array.isArray(schema.type) ? { ...schema, type: schema.type.find(type => type !== 'null') } : schema
  const named = options.filter(option => option.const !== undefined)
  if (named.length > 1) {
    const titles = named.map(option => `${option.const} (${option.title ?? option.description ?? option.const})`)
    return { ...schema, enum: named.map(option => option.const), description: [schema.description, ...titles].filter(Boolean).join(' ') }
  }
  const chosen = options.find(option => option.type !== 'null') ?? {}
  return resolve({ ...chosen, description: schema.description ?? chosen.description }, root)
}

// Ordered: the first that fits decides.
const stringKinds: [SlotKind, RegExp, RegExp?][] = [
  ['email', /\bemail\b/, /邮箱/],
  ['phone', /\b(phone|mobile|tel)\b/, /电话|手机/],
  ['query', /\b(query|keywords?|search|q|term)\b/, /关键词|关键字|search (word|term)/],
  ['id', /\b(id|ids|uuid|sku|no|number|code)$/, /编号|单号|\bid\b/],
  ['from', /\b(from|origin|departure|source|sender|start)\b/],
  ['to', /\b(to|destination|arrival|target|end)\b/],
  ['place', /\b(city|location|place|address|where|region|area|store|shop)\b/, /城市|地址|地点|门店/],
  ['person', /\b(name|person|customer|guest|contact|patient|recipient|who)\b/, /姓名|名字/],
  ['text', /\b(notes?|reason|message|comment|remarks?|title|content|subject|description|body|text|symptoms?)\b/, /备注|内容|原因/],
]

function kindOf(name: string, schema: Schema): SlotKind {
  if (Array.isArray(schema.enum)) return 'enum'
  if (schema.type === 'boolean') return 'boolean'
  if (['date', 'time', 'date-time', 'email'].includes(schema.format)) return schema.format
  const about = `${schema.title ?? ''} ${schema.description ?? ''}`.toLowerCase()
  if (schema.type === 'number' || schema.type === 'integer') return /\b(id|ids)$/.test(name) ? 'id' : 'number'
  if (/iso ?-?8601|date-?time/i.test(about)) return 'date-time'
  if (/yyyy-mm-dd/.test(about) || /\b(date|day)$|日期/.test(name)) return 'date'
  if (/hh:mm/.test(about) || /\btime$/.test(name)) return 'time'
  const found = stringKinds.find(([, inName, inAbout]) => inName.test(name) || inAbout?.test(about))
  return found?.[0] ?? 'string'
}
