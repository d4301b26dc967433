import { findOrdinal } from './numbers.js'
import { coverage, splitName, stem, terms } from './words.js'

/** A thing with an id that some tool told about. */
export interface Item {
  id: string | number
  /** What it is called; several where the result gives a name by language. The first is the one to say. */
  names: string[]
  /** Words it may be a kind of: `drink` for what `findDrinks` gave. */
  kinds: Set<string>
  /** Which result it came in; the highest is the newest. */
  batch: number
  data: Record<string, unknown>
}

const nameKeys = /^(name|title|label|名称|标题|姓名)$|name$|title$/i
const idKeys = /^(id|_id|code|sku|number|no)$|(?:[a-z]I|_i|I)d$|编号|单号/

/** The things with ids in a tool's result. */
export function itemsIn(result: unknown, toolName: string, batch: number): Item[] {
  const kinds = splitName(toolName).split(' ').slice(1).map(stem)
  const items: Item[] = []
  const visit = (value: unknown, key: string, depth: number): void => {
    if (depth > 4 || !value || typeof value !== 'object') return
    if (Array.isArray(value)) return value.slice(0, 50).forEach(entry => visit(entry, key, depth + 1))
    const data = value as Record<string, unknown>
    const ids = Object.keys(data).filter(name => idKeys.test(name) && ['string', 'number'].includes(typeof data[name]))
    const idKey = ids.find(name => /^_?id$/.test(name)) ?? ids[0]
    if (idKey) items.push(makeItem(data, idKey, [...kinds, ...splitName(key).split(' ').map(stem)], batch))
    for (const [name, inner] of Object.entries(data)) visit(inner, name, depth + 1)
  }
  visit(result, '', 0)
  return items
}

function makeItem(data: Record<string, unknown>, idKey: string, kinds: string[], batch: number): Item {
  const texts = Object.entries(data).filter(([key, value]) => key !== idKey && stringsOf(value).length)
  const named = texts.find(([key]) => /^(name|名称|姓名)$/i.test(key)) ?? texts.find(([key]) => nameKeys.test(key)) ?? texts[0]
  const names = named ? stringsOf(named[1]) : [String(data[idKey])]
  const ownKind = splitName(idKey).replace(/ ?(id|code|number|no)$/, '')
  return { id: data[idKey] as string | number, names, kinds: new Set([...kinds, stem(ownKind)].filter(Boolean)), batch, data }
}

/** A text, or the texts of an object that gives it by language. */
export function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return value ? [value] : []
  const inner = value && typeof value === 'object' && !Array.isArray(value) ? Object.values(value) : []
  return inner.every(text => typeof text === 'string') ? (inner as string[]) : []
}

/** What somebody picked: one item, several that fit equally well, or none. */
export interface Pick {
  item?: Item
  candidates: Item[]
  /** How much of its name was said, 0 to 1; 1 also when it was picked in another way. */
  share: number
}

/**
 * Which item a text is about: by id, place in the list, price, name, or because there is only one.
 *
 * @param kind what the id is the id of, as a stem; empty when the parameter does not say
 * @param isAsked the text answers the question which one, or names what was just looked up
 */
export function pickItem(text: string, items: readonly Item[], kind: string, isAsked: boolean): Pick {
  const ofKind = items.filter(item => item.kinds.has(kind))
  const pool = ofKind.length || !kind ? ofKind.length ? ofKind : [...items] : []
  const newest = pool.filter(item => item.batch === Math.max(...pool.map(({ batch }) => batch)))
  const none = { candidates: newest, share: 0 }
  if (pool.length === 0) return none
  const lower = ` ${text.toLowerCase()} `
  const byId = pool.find(({ id }) => new RegExp(`(?<![\\w-])${String(id).toLowerCase().replace(/\W/g, '\\$&')}(?![\\w-])`).test(lower))
  // An id without a digit is a word, and as such part of longer names.
  if (byId && /\d/.test(String(byId.id)) && String(byId.id).length > 1) return { item: byId, candidates: [], share: 1 }
  const ordinal = findOrdinal(text)
  const byPlace = ordinal === undefined ? byPrice(text, newest) : newest.at(ordinal)
  if (byPlace) return { item: byPlace, candidates: [], share: 1 }
  const byName = pickByName(text, newest) ?? pickByName(text, pool)
  if (byName) return byName
  const isReferred = /这个|那个|这款|它|就要|\b(it|that|this|them)\b/i.test(text)
  if (newest.length === 1 && (isAsked || isReferred)) return { item: newest[0], candidates: [], share: 1 }
  return none
}

function pickByName(text: string, pool: readonly Item[]): Pick | undefined {
  const scored = pool.map(item => ({ item, ...nameMatch(text, item) }))
  const found = scored.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share || b.count - a.count)
  const [best, second] = found
  if (!best) return undefined
  const isTie = second && second.share === best.share && second.count === best.count
  if (isTie) return { candidates: found.filter(({ share }) => share === best.share).map(({ item }) => item), share: 0 }
  return { item: best.item, candidates: [], share: best.share }
}

/** How much of one of its names a text has, and how long that name is. */
function nameMatch(text: string, { names, id }: Item): { share: number; count: number } {
  const matches = [...names, splitName(String(id))].map(name => ({
    share: text.toLowerCase().includes(name.toLowerCase()) ? 1 : coverage(name, text),
    count: terms(name).length,
  }))
  return matches.sort((a, b) => b.share - a.share || b.count - a.count)[0] ?? { share: 0, count: 0 }
}

function byPrice(text: string, pool: readonly Item[]): Item | undefined {
  const direction = /最便宜|\bcheapest\b/i.test(text) ? 1 : /最贵|\bmost expensive\b/i.test(text) ? -1 : 0
  const priceOf = ({ data }: Item) => Number(Object.entries(data).find(([key]) => /price|cost|fee|amount|价/i.test(key))?.[1])
  const priced = direction ? pool.filter(item => Number.isFinite(priceOf(item))) : []
  return [...priced].sort((a, b) => direction * (priceOf(a) - priceOf(b)))[0]
}
