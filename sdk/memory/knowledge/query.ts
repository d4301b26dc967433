import { isEmpty, termsOf } from './terms.js'

/**
 * Groups of words for the same thing. A question that has one of a group in it is looked up by the others as well: what
 * people say and what your texts say.
 *
 * @example
 * const synonyms = [['打烊', '关门', '营业时间'], ['refund', 'money back']]
 */
export type Synonyms = readonly (readonly string[])[]

/** How much a word counts that was not asked for itself. */
const INDIRECT = 0.7

/** Makes what reads a question: its terms, each once with what it counts, those that tell nothing last. */
export function queryReader(synonyms: Synonyms = []): (query: string) => [term: string, weight: number][] {
  const groups = synonyms.map(group => group.map(phrase => termsOf(phrase)))
  return query => {
    const asked = new Set(termsOf(query))
    const weights = new Map<string, number>()
    asked.forEach(term => weights.set(term, 1))
    for (const group of groups) {
      if (!group.some(words => words.length > 0 && words.every(term => asked.has(term)))) continue
      for (const words of group) words.forEach(term => weights.set(term, weights.get(term) ?? INDIRECT))
    }
    const all = Array.from(weights)
    return all.filter(([term]) => !isEmpty(term)).concat(all.filter(([term]) => isEmpty(term)))
  }
}
