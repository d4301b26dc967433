import { findEnumValues } from './enums.js'
import { type Slot, slotsOf } from './slots.js'
import { conceptNames, conceptsIn, isDeed, isSpecific } from './thesaurus.js'
import type { WireTool } from './wire.js'
import { splitName, stem, terms } from './words.js'

/** A tool with everything a sentence is compared with. */
export interface ToolView {
  name: string
  description: string
  slots: Slot[]
  /** Its name and description, by word and by meaning. */
  terms: Set<string>
  concepts: Set<string>
  /** What its name says it does. */
  verbs: Set<string>
  /** It only looks something up: calling it changes nothing. */
  isLookup: boolean
  /** What it deals with, as stems of the words of its name. */
  nouns: string[]
}

/** A tool that fits, with the part of the text it fits. */
export interface Choice {
  view: ToolView
  text: string
  score: number
  /** The words of the person that spoke for it. */
  because: string[]
}

const lookupVerbs = new Set('find get search list query look lookup show check fetch browse track trace estimate read recommend'.split(' '))
const clauseEnds = /[，,。；;！!？?\n]|\b(?:and|then)\b|再(?!见)|然后|并且|顺便|同时/i
/** What the tracking number of a parcel, the number of an order and the like look like. */
export const codePattern = /(?<![\w-])(?=[\w-]*\d)(?!\d{4}-\d\d-\d\d|\d+(?:kg|g|km|ml|cm|mm|am|pm|st|nd|rd|th|%)\b)[A-Za-z0-9][\w-]{3,}(?![\w-])/gi

/** Whether a tool only looks something up, by the first word of its name. */
export function isLookupName(name: string): boolean {
  return lookupVerbs.has(splitName(name).split(' ')[0]!)
}

/** Reads tools once for all comparisons. */
export function viewTools(tools: readonly WireTool[]): ToolView[] {
  return tools.map(({ function: { name, description = '', parameters } }) => {
    const [verb = '', ...nouns] = splitName(name).split(' ')
    const head = `${splitName(name)} . ${description}`
    return {
      name,
      description,
      slots: slotsOf(parameters),
      terms: new Set(terms(head)),
      concepts: conceptNames(head),
      verbs: conceptNames(`${verb} ${nouns[0] ?? ''}`),
      isLookup: isLookupName(name),
      nouns: nouns.map(stem),
    }
  })
}

/** The tools a text asks for: none, one, or one for each clause that asks for its own. */
export function chooseTools(text: string, views: readonly ToolView[]): Choice[] {
  const whole = best(text, views)
  const clauses = text.split(clauseEnds).filter(clause => clause.trim())
  if (clauses.length < 2) return whole ? [whole] : []
  const parts: Choice[] = []
  let before = ''
  for (const clause of clauses) {
    const choice = best(clause, views)
    const isOwn = choice && choice.score >= 1.5 && namesDeed(clause, choice.view)
    const last = parts.at(-1)
    if (isOwn && last?.view !== choice.view) parts.push({ ...choice, text: `${before}${clause}` })
    else if (last) last.text += `，${clause}`
    else before += `${clause}，`
  }
  return parts.length > 1 ? parts : whole ? [whole] : []
}

function namesDeed(text: string, view: ToolView): boolean {
  return conceptsIn(text).some(({ name }) => isDeed(name) && view.concepts.has(name))
}

function best(text: string, views: readonly ToolView[]): Choice | undefined {
  const [first] = views.map(view => score(text, view, views)).sort((a, b) => b.score - a.score)
  if (!first || first.score < 0.9 || (isForeign(text, first.view, views))) return undefined
  return first
}

function score(text: string, view: ToolView, views: readonly ToolView[]): Choice {
  const because: string[] = []
  let total = 0
  const add = (points: number, word: string): void => {
    total += points
    because.push(word)
  }
  const seen = new Set<string>()
  for (const { name, isWeak, start, end } of conceptsIn(text)) {
    const points = pointsOf(name, view) * (isWeak ? 0.7 : 1)
    if (points && !seen.has(name)) add(points, text.slice(start, end))
    seen.add(name)
  }
  for (const term of new Set(terms(text))) {
    const sharers = views.filter(other => other.terms.has(term)).length
    if (view.terms.has(term)) add(sharers === 1 ? 1 : 0.5, term)
    else if (view.slots.some(slot => slot.terms.has(term))) add(0.4, term)
  }
  for (const slot of view.slots) {
    const [value] = slot.kind === 'enum' ? findEnumValues(text, slot, false) : []
    if (value) add(1, text.slice(value.start, value.end))
    if (slot.kind === 'id' && slot.isRequired && text.match(codePattern)) total += 0.5
  }
  return { view, text, score: total, because: [...new Set(because)] }
}

function pointsOf(concept: string, view: ToolView): number {
  const inVerb = view.verbs.has(concept) ? 1 : 0
  if (view.concepts.has(concept)) return inVerb + (isSpecific(concept) ? 2 : isDeed(concept) ? 1 : 0.5)
  return view.slots.some(slot => slot.concepts.has(concept)) ? 0.5 : 0
}

/** Whether a text names a certain thing or deed that no tool knows, and nothing certain that the chosen one does. */
export function isForeign(text: string, view: ToolView | undefined, views: readonly ToolView[]): boolean {
  const sure = conceptsIn(text).filter(({ name, isWeak }) => isSpecific(name) && !isWeak).map(({ name }) => name)
  const isKnown = (name: string) => views.some(other => other.concepts.has(name) || other.slots.some(slot => slot.concepts.has(name)))
  const foreign = sure.filter(name => !isKnown(name))
  if (foreign.length === 0) return false
  if (!view) return true
  const shared = sure.filter(name => view.concepts.has(name))
  // A deed like “remind me to …” may be about anything that free text can hold.
  const takesAnything = view.slots.some(({ kind, isRequired }) => isRequired && (kind === 'text' || kind === 'query'))
  return !shared.some(name => !isDeed(name)) && !(takesAnything && conceptsIn(text).some(({ name }) => view.verbs.has(name)))
}

/** The tool that finds things of a kind, to be asked before one of them is named by its id. */
export function lookupFor(kind: string, views: readonly ToolView[]): ToolView | undefined {
  return kind ? views.find(view => view.isLookup && view.nouns.includes(kind)) : undefined
}

/** The tool that looks up anything by words, when there is exactly one. */
export function searchTool(views: readonly ToolView[]): ToolView | undefined {
  const found = views.filter(view => view.isLookup && view.slots.some(({ kind }) => kind === 'query') && view.slots.every(({ kind, isRequired }) => !isRequired || kind === 'query'))
  return found.length === 1 ? found[0] : undefined
}
