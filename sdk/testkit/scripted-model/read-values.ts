import { codePattern, type ToolView } from './choose-tool.js'
import { bareAnswer, contentOf } from './content.js'
import { findDays, findTimes, type LocalClock, writeDay, writeMoment, writeTime } from './dates.js'
import { findEnumValues } from './enums.js'
import type { Said } from './fill-arguments.js'
import { findNumbers } from './numbers.js'
import type { Slot, SlotKind } from './slots.js'
import { conceptNames, conceptsIn, isUnit, oppositeOf } from './thesaurus.js'
import { type Span, splitName, stem, terms } from './words.js'

/** What of a tool is needed to read its values. */
export type Comparable = Pick<ToolView, 'slots' | 'concepts' | 'terms'>

interface Found extends Span {
  value: unknown
}

/** A text while it is read: what one slot has taken is not there for the next. */
interface Reading {
  text: string
  slots: readonly Slot[]
  clock: LocalClock
  taken: Span[]
  concepts: Set<string>
  terms: Set<string>
}

type Reader = (slot: Slot, reading: Reading, isAsked: boolean) => Found[]

// In this order: what is recognised by its form first, what is simply left over last.
const readers: [kinds: SlotKind[], read: Reader][] = [
  [['email'], patterns(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g)],
  [['phone'], patterns(/(?<![\w-])\+?\d[\d -]{5,}\d(?!\w)/g)],
  [['id'], patterns(codePattern)],
  [['date', 'time', 'date-time'], readMoment],
  [['enum'], (slot, { text }, isAsked) => findEnumValues(text, slot, isAsked)],
  [['place', 'from', 'to', 'person'], readPlace],
  [['number'], readNumber],
  [['boolean'], readBoolean],
  [['text', 'string', 'query', 'place'], readContent],
]

/** The values one thing said gives to the slots of a tool, and the places they stood. */
export function readValues(said: Said, view: Comparable, clock: LocalClock): { values: Map<Slot, unknown[]>; taken: Span[] } {
  const { text, asked } = said
  const values = new Map<Slot, unknown[]>()
  const reading: Reading = { text, slots: view.slots, clock, taken: [], concepts: view.concepts, terms: view.terms }
  for (const [kinds, read] of readers) {
    // The slot that was asked for goes first.
    const slots = view.slots.filter(slot => kinds.includes(slot.kind) && !values.has(slot)).sort((a, b) => Number(b === asked) - Number(a === asked))
    for (const slot of slots) {
      const free = read(slot, reading, slot === asked).filter(({ start, end }) => start === end || !reading.taken.some(span => start < span.end && end > span.start))
      // “From EUR to USD”: where two slots take the same values, each takes one.
      const hasTwin = slots.some(other => other !== slot && !values.has(other) && other.kind === 'enum' && `${other.schema.enum}` === `${slot.schema.enum}`)
      const found = hasTwin ? free.slice(0, 1) : free
      if (found.length === 0) continue
      // Several values are several calls, if they stand side by side; else the last one corrects the others.
      const isSeveral = slot.isList || slot.kind === 'id' || /[和与跟、]|\band\b/i.test(text)
      values.set(slot, (isSeveral ? found : found.slice(-1)).map(({ value }) => value))
      reading.taken.push(...found)
    }
  }
  const answer = asked && !values.has(asked) && takesWords(asked, text) && bareAnswer(text)
  if (answer) values.set(asked, [answer])
  takeRest(reading)
  return { values, taken: reading.taken }
}

// An id has a digit; a word is the name of something that is to be looked up.
const takesWords = ({ kind }: Slot, text: string) => ['text', 'string', 'query'].includes(kind) || (kind === 'id' && /^[\w-]*\d[\w-]*$/.test(bareAnswer(text)))

/** Whether something said fills a slot that only certain words fill. */
export function isTold(said: Said, view: Comparable, clock: LocalClock): boolean {
  return [...readValues(said, view, clock).values.keys()].some(({ kind }) => !['text', 'string', 'query'].includes(kind))
}

function patterns(pattern: RegExp): Reader {
  return (slot, { text }) => [...text.matchAll(pattern)].map(match => {
    const value = slot.schema.type === 'integer' || slot.schema.type === 'number' ? Number(match[0]) : match[0].trim()
    return { value, start: match.index, end: match.index + match[0].length }
  }).filter(({ value }) => value === value)
}

function readMoment(slot: Slot, { text, slots, clock, taken }: Reading): Found[] {
  const isFree = ({ start, end }: Span) => !taken.some(span => start < span.end && end > span.start)
  const [day] = findDays(text, clock).filter(isFree)
  const [time] = findTimes(text).filter(isFree)
  const pad = slot.schema.format === 'time'
  if (slot.kind === 'date') return day ? [{ ...day, value: writeDay(day.day) }] : []
  if (slot.kind === 'time') return time ? [{ ...time, value: writeTime(time.minutes, pad) }] : []
  if (!time || slots.some(({ kind }) => kind === 'time')) return []
  return [{ start: time.start, end: time.end, value: writeMoment(day?.day, time.minutes, clock) }, ...(day ? [{ ...day, value: undefined }] : [])].slice(0, 1)
}

function readNumber(slot: Slot, { text, slots, taken }: Reading, isAsked: boolean): Found[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, type } = slot.schema
  const fits = (value: number) => value >= minimum && value <= maximum && value > exclusiveMinimum && (type !== 'integer' || Number.isInteger(value))
  const free = findNumbers(text).filter(({ start, end, value }) => fits(value) && !taken.some(span => start < span.end && end > span.start))
  const units = [...slot.concepts].filter(isUnit)
  const unitsOf = (after: string) => [...conceptNames(after), ...conceptNames(after.slice(0, 1))].filter(isUnit)
  const isOnly = slots.filter(({ kind }) => kind === 'number').length === 1
  const byUnit = free.find(({ after }) => unitsOf(after).some(unit => units.includes(unit)))
  const unitless = free.filter(({ after }) => unitsOf(after).length === 0)
  const counts = slot.schema.type === 'integer' && units.every(unit => unit === 'person')
  const isCounted = ({ after }: { after: string }) => /^[杯份个件位瓶碗张本支条盒]/.test(after) || slot.terms.has(stem(after))
  const counted = counts ? (unitless.find(isCounted) ?? (/quantity|count|数量/i.test(slot.about) ? unitless.find(({ after }) => after) : undefined)) : undefined
  const bare = isAsked || isOnly ? unitless.find(({ isArticle, after }) => !isArticle && (counts || isAsked || !/^[杯份个件位]/.test(after))) : undefined
  const found = byUnit ?? counted ?? bare
  return found ? [{ value: found.value, start: found.start, end: found.end }] : []
}

/** What a true and a false value mean, from the name and from a description that explains both. */
function readBoolean(slot: Slot, { text, concepts }: Reading, isAsked: boolean): Found[] {
  const falsePart = /\bfalse\b.*$|[，,；;][^，,；;]*(?:为否|则否).*$/i.exec(slot.about)?.[0] ?? ''
  const contrary = conceptNames(falsePart)
  const inName = conceptNames(splitName(slot.name))
  const inAbout = [...conceptNames(slot.about.replace(falsePart, ''))].filter(name => !contrary.has(name) && !concepts.has(name))
  const own = inName.size ? inName : new Set(inAbout)
  for (const name of own) if (oppositeOf(name)) contrary.add(oppositeOf(name)!)
  for (const concept of conceptsIn(text).reverse()) {
    const meaning = own.has(concept.name) ? true : contrary.has(concept.name) ? false : undefined
    if (meaning === undefined) continue
    const isNegated = /(?:不|别|无|非|\bno|\bnot|\bwithout|n't)\s*(?:要|加|用)?\s*$/i.test(text.slice(0, concept.start))
    return [{ value: meaning !== isNegated, start: concept.start, end: concept.end }]
  }
  const word = [...text.matchAll(/[a-z]+/gi)].find(([match]) => match.length > 3 && stem(match) === stem(splitName(slot.name)))
  if (word) return [{ value: true, start: word.index, end: word.index + word[0].length }]
  if (!isAsked) return []
  const isNo = /^\s*(?:不|否|没|no\b|nope|not\b)/i.test(text)
  const isYes = /^\s*(?:是|要|好|可以|行|对|嗯|有|yes|yeah|yep|sure|ok|please)/i.test(text)
  return isNo || isYes ? [{ value: isYes, start: 0, end: text.length }] : []
}

const capitals = String.raw`((?:\d+\w*\s+)?[A-Z][\w'’.-]*(?:\s+(?:[A-Z][\w'’-]*|\d+))*)`
const zhPlaceEnd = String.raw`(?=[\s，,。；;？?！!]|要|多少|需要|大概|\d|[一二两三四五六七八九十]+[公千斤个件]|的|寄|发|取|$)`
const places: Partial<Record<SlotKind, RegExp[]>> = {
  from: [new RegExp(String.raw`\b[Ff]rom\s+${capitals}`), /\bfrom\s+([a-z]+)/i, /从([^\s，,。]+?)(?=寄|发|运|出发|飞|坐|到|去|往|[，,。]|$)/],
  to: [new RegExp(String.raw`\b[Tt]o\s+${capitals}`), /\bto\s+([a-z]+)(?=\s*[.,?!]|$)/i, new RegExp(String.raw`(?:到|去|往|至)([^\s，,。]{2,}?)${zhPlaceEnd}`)],
  place: [new RegExp(String.raw`\b(?:[Ii]n|[Aa]t|[Nn]ear|[Ff]or|[Aa]round|[Tt]o|[Ff]rom)\s+${capitals}`), /(?:地址|地点|位置)(?:是|在|为|[:：])*\s*([^，,。；;]+)/, new RegExp(String.raw`在([^\s，,。]{2,}?)${zhPlaceEnd}`)],
  person: [/\bname(?:'s| is)\s+([A-Z][\w'-]*(?:\s+[A-Z][\w'-]*)*)/, new RegExp(String.raw`\b(?:for|with)\s+${capitals}`), /(?:我叫|姓名[是叫为:：]*|名字[是叫为:：]*)([\u3400-\u9fff·]{2,8})/],
}

function readPlace(slot: Slot, { text }: Reading, isAsked: boolean): Found[] {
  for (const pattern of places[slot.kind] ?? []) {
    const match = pattern.exec(text)
    const start = match ? match.index + match[0].length - match[1]!.length : 0
    if (match && !isDay(match[1]!)) return [{ value: match[1]!, start, end: start + match[1]!.length }]
  }
  const answer = isAsked ? bareAnswer(text.split(/[，,；;]/)[0]!) : ''
  return answer ? [{ value: answer, start: text.indexOf(answer), end: text.indexOf(answer) + answer.length }] : []
}

// “For Friday” is no place.
function isDay(text: string): boolean {
  return findDays(text, { now: 0, utcOffsetMinutes: 0 }).some(({ start }) => start === 0)
}

const cues: [zh: RegExp, en: RegExp] = [
  /(?:备注|原因|症状|留言|内容|标题|理由)(?:是|为|[:：])*\s*([^，,。；;]+)|因为([^，,。；;]+)/,
  /\b(?:notes?|reason|message|comment|remark|title)(?:\s+is)?\s*[:：]\s*([^.;]+)|\bbecause(?: of)?\s+([^.;]+)|\bsaying\s+([^.;]+)/i,
]

/** Free text: after a word that announces it, or, where it must be given, whatever was not understood. */
function readContent(slot: Slot, reading: Reading): Found[] {
  const { text, taken } = reading
  if (slot.kind === 'text') {
    const match = cues.map(cue => cue.exec(text)).find(Boolean) ?? (slot.isRequired ? /[:：]\s*(.+)$/.exec(text) : null)
    const value = match?.slice(1).find(Boolean)
    const start = match?.index ?? 0
    const end = start + (match?.[0].length ?? 0)
    if (value && !taken.some(span => start < span.end && end > span.start)) return [{ value: value.trim(), start, end }]
  }
  if (!slot.isRequired || (slot.kind === 'place' && !/\b(city|location|place|region|area)\b/.test(slot.about))) return []
  takeRest(reading)
  const value = contentOf(text, taken)
  // “Send a message” tells no message. What is looked for may well stand in the description.
  if (slot.kind !== 'query' && terms(value).every(term => reading.terms.has(term))) return []
  const isPlace = slot.kind !== 'place' || /^[\u3400-\u9fff]{2,8}$|^[A-Z]/.test(value)
  const start = text.indexOf(value)
  return value && isPlace ? [{ value, start: Math.max(0, start), end: Math.max(0, start) + (start < 0 ? 0 : value.length) }] : []
}

/** Takes away the words that led to the tool, numbers with their measure words, and what else is no content. */
function takeRest({ text, taken, concepts }: Reading): void {
  const known = conceptsIn(text).filter(({ name }) => concepts.has(name))
  const counted = findNumbers(text).map(({ start, end }) => ({ start, end }))
  const own = [...taken, ...counted, ...known].map(({ start, end }) => ({ start, end: /^[杯份个件位瓶碗号]/.test(text.slice(end)) ? end + 1 : end }))
  taken.splice(0, taken.length, ...own)
}
