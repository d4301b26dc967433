import type { Slot } from './slots.js'
import { chineseFor, conceptNames, conceptsIn } from './thesaurus.js'
import { isCloseSpelling, latinWords, type Span, splitName } from './words.js'

/** A value of an enum, where somebody named it. */
export interface FoundValue extends Span {
  value: unknown
}

const isLatin = (text: string): boolean => /^[\w .'-]+$/.test(text)

/**
 * The words a value goes by: itself, and what the description sets beside it, as in `large (大杯)` or `大杯: large`.
 */
export function enumForms(slot: Slot): Map<unknown, string[]> {
  const about = slot.about
  const forms = new Map<unknown, string[]>()
  for (const value of slot.schema.enum as unknown[]) {
    const literal = String(value)
    const escaped = literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const beside = [
      ...about.matchAll(new RegExp(`(?<![\\w-])${escaped}\\s*[(（]([^)）]+)[)）]`, 'gi')),
      ...about.matchAll(new RegExp(`(?<![\\w-])${escaped}\\s*(?:[:：=]|是|为)\\s*([^,，;；。.、()（）\\n]+)`, 'gi')),
      ...about.matchAll(new RegExp(`([\\u3400-\\u9fff]{1,8})\\s*(?:[(（:：=]\\s*)${escaped}(?![\\w-])`, 'gi')),
      ...about.matchAll(new RegExp(`(?<![\\w-])${escaped}\\s+([\\u3400-\\u9fff]{1,8})`, 'gi')),
    ].flatMap(match => match[1]!.split(/[、/，,|或]|\bor\b/))
    forms.set(value, [...new Set([literal, splitName(literal), ...beside.map(form => form.trim())].filter(Boolean))])
  }
  return forms
}

/** How to call a value when talking to a person: in their language where the description or the thesaurus has a word for it. */
export function enumLabel(slot: Slot, value: unknown, language: 'zh' | 'en'): string {
  const forms = enumForms(slot).get(value) ?? [String(value)]
  const [meaning] = conceptNames(String(value))
  const chinese = forms.find(form => /[\u3400-\u9fff]/.test(form)) ?? (meaning && chineseFor(meaning))
  return (language === 'zh' && chinese) || (splitName(String(value)) || String(value))
}

/** The values of an enum a text names. The surest come first: a whole word, then another word for it, then a near miss. */
export function findEnumValues(text: string, slot: Slot, isAsked: boolean): FoundValue[] {
  const forms = [...enumForms(slot)]
  const exact = forms.flatMap(([value, words]) => words.flatMap(word => occurrences(text, word).map(span => ({ ...span, value }))))
  if (exact.length) return withoutInner(exact)
  const byMeaning = forms.flatMap(([value, words]) => meant(text, words, forms.filter(([other]) => other !== value), isAsked).map(span => ({ ...span, value })))
  if (byMeaning.length) return withoutInner(byMeaning)
  const nearly = forms.flatMap(([value, words]) =>
    latinWords(text).filter(({ start, end }) => words.some(word => isCloseSpelling(text.slice(start, end).toLowerCase(), word.toLowerCase()))).map(({ start, end }) => ({ start, end, value })),
  )
  return withoutInner(nearly)
}

function occurrences(text: string, word: string): Span[] {
  const [lower, wanted] = [text.toLowerCase(), word.toLowerCase()]
  const found: Span[] = []
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const end = at + wanted.length
    const isWhole = !isLatin(wanted) || (!/[a-z0-9]/.test(lower[at - 1] ?? '') && /^(?:e?s)?(?![a-z0-9])/.test(lower.slice(end)))
    if (isWhole) found.push({ start: at, end })
  }
  return found
}

/** Where a text means a value without naming it. A meaning that other values share says nothing. */
function meant(text: string, words: string[], others: [unknown, string[]][], isAsked: boolean): Span[] {
  const shared = new Set(others.flatMap(([, forms]) => [...conceptNames(forms.join(' | '))]))
  const own = new Set([...conceptNames(words.join(' | '))].filter(name => !shared.has(name)))
  // One character can be part of any word, unless it answers a question or a measure word follows it.
  return conceptsIn(text).filter(({ name, isWeak, end }) => own.has(name) && (!isWeak || isAsked || /[的杯份号碗件]/.test(text[end] ?? '')))
}

/** In the order they stand in the text, longer ones before the shorter ones inside them. */
function withoutInner(found: FoundValue[]): FoundValue[] {
  const length = ({ start, end }: Span) => end - start
  const kept = found.filter(a => !found.some(b => b.value !== a.value && a.start >= b.start && a.end <= b.end && length(a) < length(b)))
  return kept.sort((a, b) => a.start - b.start).filter((item, index, all) => all.findIndex(other => other.value === item.value) === index)
}
