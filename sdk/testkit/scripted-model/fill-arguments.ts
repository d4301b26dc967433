import type { LocalClock } from './dates.js'
import { enumForms } from './enums.js'
import { type Item, pickItem } from './items.js'
import { type Comparable, readValues } from './read-values.js'
import type { Slot } from './slots.js'
import { conceptNames, oppositeOf } from './thesaurus.js'
import { type Span, splitName, stem } from './words.js'

/** One thing a person said, and what they were asked before. */
export interface Said {
  text: string
  asked?: Slot
}

/** What can be known of a tool's arguments. */
export interface Filled {
  /** By place in the slots; several values where one call for each is meant. */
  values: Map<Slot, unknown[]>
  missing: Slot[]
  /** The things to choose from, where an id is missing. */
  candidates: Item[]
  /** The values the chosen thing can have, where it does not come in all. */
  offered: Map<Slot, unknown[]>
  /** What was understood, for each thing said. */
  taken: Span[][]
}

/** What is known when arguments are filled. */
export interface Known {
  items: readonly Item[]
  clock: LocalClock
  /** Kinds of things that were looked up for what is being said. */
  lookedUp: ReadonlySet<string>
  /** Part of an item's name is enough, because a better look cannot be had. */
  takesPartOfName: boolean
}

/** Fills the slots of a tool from all that was said about it; what was said later wins. */
export function fillArguments(view: Comparable, said: readonly Said[], known: Known): Filled {
  const filled: Filled = { values: new Map(), missing: [], candidates: [], offered: new Map(), taken: [] }
  for (const one of said) {
    const { values, taken } = readValues(one, view, known.clock)
    filled.taken.push(taken)
    for (const [slot, found] of values) filled.values.set(slot, found)
  }
  const ids = view.slots.filter(({ kind }) => kind === 'id')
  const chosen = ids.map(slot => fillId(slot, said, known, filled)).find(Boolean)
  if (chosen) view.slots.forEach(slot => fitToItem(slot, chosen, filled, said.at(-1)!))
  for (const slot of view.slots) {
    if (!slot.isRequired || filled.values.has(slot)) continue
    // Nobody says “one” when one is meant.
    if (isQuantity(slot) && (slot.schema.minimum ?? 1) <= 1) filled.values.set(slot, [1])
    else filled.missing.push(slot)
  }
  return filled
}

/** What the id in a slot is the id of: `drink` for `drinkId`. */
export function kindOfId(slot: Slot): string {
  const name = splitName(slot.name).replace(/ ?\b(ids?|uuid|sku|no|number|code)$/, '')
  return stem(name.split(' ').at(-1) ?? '')
}

function fillId(slot: Slot, said: readonly Said[], known: Known, filled: Filled): Item | undefined {
  const kind = kindOfId(slot)
  for (const { text, asked } of [...said].reverse()) {
    const { item, candidates, share } = pickItem(text, known.items, kind, asked === slot || known.lookedUp.has(kind))
    const isSure = share === 1 || known.takesPartOfName || known.lookedUp.has(kind) || asked === slot
    if (item && isSure) {
      filled.values.set(slot, [slot.schema.type === 'string' ? String(item.id) : item.id])
      return item
    }
    // An answer that names nothing known does not mean what was meant before.
    if (asked === slot) {
      filled.candidates = candidates
      return undefined
    }
    if (filled.candidates.length === 0 && (known.lookedUp.has(kind) || known.takesPartOfName)) filled.candidates = candidates
  }
  return undefined
}

/** Where the thing itself tells which values it comes in, the others are not on offer. */
function fitToItem(slot: Slot, item: Item, filled: Filled, last: Said): void {
  const details = Object.values(item.data)
  let offered: unknown[] | undefined
  if (slot.kind === 'enum') {
    const values: unknown[] = slot.schema.enum
    const isOf = (names: string[]) => names.length > 0 && names.every(name => values.includes(name))
    const tables = details.filter(value => value && typeof value === 'object').map(value => (Array.isArray(value) ? value.map(String) : Object.keys(value as object)))
    offered = tables.find(isOf)
  } else if (slot.kind === 'boolean') {
    const own = [...conceptNames(splitName(slot.name))]
    const lists = details.filter((value): value is string[] => Array.isArray(value) && value.every(entry => typeof entry === 'string'))
    const meanings = lists.map(list => list.map(entry => toldBy([...conceptNames(entry)], own))).find(list => list.some(meaning => meaning !== undefined))
    offered = meanings?.filter(meaning => meaning !== undefined)
  }
  if (!offered) return
  filled.offered.set(slot, offered)
  const value = filled.values.get(slot)?.[0]
  if (value !== undefined && !offered.includes(value)) filled.values.delete(slot)
  const isAgreed = last.asked === slot && /^\s*(?:可以|好|行|是|要|嗯|yes|yeah|yep|sure|ok|fine)/i.test(last.text)
  if (offered.length === 1 && slot.isRequired && (value === undefined || isAgreed)) filled.values.set(slot, offered)
}

function toldBy(meanings: string[], own: string[]): boolean | undefined {
  if (meanings.some(name => own.includes(name))) return true
  return meanings.some(name => own.some(other => oppositeOf(other) === name)) ? false : undefined
}

/** Whether a number says how many of something. */
function isQuantity(slot: Slot): boolean {
  return slot.kind === 'number' && /\b(quantity|qty|count|copies|pieces)\b|数量|份数|件数|杯数/i.test(slot.about)
}

/** The calls that filled slots make: one, or one for each of several values of the same slot. */
export function argumentsOf(slots: readonly Slot[], filled: Filled): Record<string, unknown>[] {
  const several = [...filled.values].find(([slot, values]) => values.length > 1 && !slot.isList)
  const count = several ? several[1].length : 1
  return Array.from({ length: count }, (_, index) => {
    const result: Record<string, unknown> = {}
    for (const slot of slots) {
      const values = filled.values.get(slot)
      if (values) setPath(result, slot.path, slot.isList ? values : values[slot === several?.[0] ? index : 0])
    }
    return result
  })
}

/** Puts a value where a path leads; a `0` in the path is the first entry of a list. */
export function setPath(target: Record<string, any>, path: readonly string[], value: unknown): void {
  let at: any = target
  path.forEach((key, index) => {
    if (index === path.length - 1) at[key] = value
    else at = at[key] ??= path[index + 1] === '0' ? [] : {}
  })
}

/** A value for a slot nobody said anything about: empty, but of the right type. */
export function emptyValue(slot: Slot): unknown {
  const { schema } = slot
  if (slot.isList) return []
  if (schema.default !== undefined) return schema.default
  if (slot.kind === 'enum') return [...enumForms(slot).keys()][0]
  if (slot.kind === 'boolean') return false
  if (schema.type === 'number' || schema.type === 'integer') return schema.minimum ?? 0
  return ''
}
