import { passagesOf } from './passages.js'
import { termsOf } from './terms.js'
import { SampanError } from '../../errors.js'

/** A text to be found. */
export interface KnowledgeDocument {
  id: string
  /** Counts as part of each passage, and for more than its text. */
  title?: string
  text: string
}

/** What a knowledge base knows, as JSON. */
export interface KnowledgeIndex {
  version: 2
  documents: { id: string; title?: string }[]
  /** `[number of the document, text, number of terms]`. */
  passages: [document: number, text: string, length: number][]
  /** For each term: the number of a passage, how often it stands there (in its title: three times as often), and so on by turns. */
  terms: [term: string, places: number[]][]
}

interface Passage { readonly document: number; readonly text: string; readonly length: number }

/** How many times a word of the title counts. */
const TITLE = 3

/** Reads the documents into an index, each character once. */
export function buildIndex(documents: readonly KnowledgeDocument[], maxPassageChars: number): KnowledgeIndex {
  const passages: KnowledgeIndex['passages'] = []
  const terms = new Map<string, number[]>()
  const known = new Map<string, string[]>()
  documents.forEach(({ title = '', text }, document) => {
    const above = termsOf(title, known)
    for (const passage of passagesOf(text, maxPassageChars)) {
      const found = termsOf(passage, known)
      found.forEach(term => note(terms, term, passages.length, 1))
      above.forEach(term => note(terms, term, passages.length, TITLE))
      passages.push([document, passage, found.length + above.length])
    }
  })
  return { version: 2, documents: documents.map(({ id, title }) => ({ id, title })), passages, terms: Array.from(terms) }
}

function note(terms: Map<string, number[]>, term: string, passage: number, times: number): void {
  const places = terms.get(term)
  if (!places) terms.set(term, [passage, times])
  else if (places[places.length - 2] === passage) places[places.length - 1]! += times
  else places.push(passage, times)
}

/** An index, ready to be looked things up in. */
export function readIndex({ version, passages, terms }: KnowledgeIndex): { passages: Passage[]; postings: Map<string, number[]>; averageLength: number } {
  if (version !== 2) throw new SampanError('agent/invalid', 'This version of Sampan cannot read a knowledge index of version ' + version + '. Build it again.')
  const read = passages.map<Passage>(([document, text, length]) => ({ document, text, length }))
  const averageLength = read.reduce((sum, { length }) => sum + length, 0) / (read.length || 1) || 1
  return { passages: read, postings: new Map(terms), averageLength }
}
