import { buildIndex, readIndex, type KnowledgeDocument, type KnowledgeIndex } from './knowledge-index.js'
import { rerank, type Embed } from './rerank.js'
import { queryReader, type Synonyms } from './query.js'
import { isEmpty } from './terms.js'

/** A passage that was found. */
export interface KnowledgeHit {
  /** The document's. */
  readonly id: string
  readonly title?: string
  /** The passage of it that fits best. */
  readonly text: string
  /** Larger is better. It means nothing between two searches. */
  readonly score: number
}

export interface KnowledgeOptions {
  /** Your own texts: a few hundred. */
  documents?: readonly KnowledgeDocument[]
  /** Instead of documents: what `toJSON` of an earlier one gave. */
  index?: KnowledgeIndex
  /** The longest passage, in characters. Documents are cut into such. Default 600. */
  maxPassageChars?: number
  /** Other words for the same. They are no part of the index: hand them in again with it. Default none. */
  synonyms?: Synonyms
  /** Turns texts into vectors, for {@link Knowledge.rank}: a request to an embedding service. */
  embed?: Embed
}

/** Texts that can be searched on the phone. */
export interface Knowledge {
  /** The best passages, at most one a document; only such as share a word with the query, or a synonym of one. `k` defaults to 5. */
  search(query: string, k?: number): KnowledgeHit[]
  /** The same, put in order by `embed` too: of four times as many candidates. Without `embed`, or where it fails, as `search`. */
  rank(query: string, k?: number): PromiseLike<KnowledgeHit[]>
  /** All that is needed to make it again without reading the documents. Plain JSON, versioned. */
  toJSON(): KnowledgeIndex
}

/** How much it counts that a term stands often in a passage (BM25's usual value), and how much a passage's length (nearly all). */
const SATURATION = 1.2
const LENGTH_WEIGHT = 0.9

/**
 * Makes a small knowledge base: BM25 over pairs of Chinese characters and Latin words. To build it costs time in
 * proportion to the documents; an app with many builds the index beforehand and ships its JSON.
 *
 * @throws SampanError `agent/invalid` for an index of another version.
 * @example
 * const knowledge = createKnowledge({ documents: [{ id: 'opening', title: '营业时间', text: '每天八点到二十二点。' }] })
 * knowledge.search('几点开门')
 */
export function createKnowledge({ documents = [], index, maxPassageChars = 600, synonyms, embed }: KnowledgeOptions): Knowledge {
  const known = index ?? buildIndex(documents, maxPassageChars)
  const { passages, postings, averageLength } = readIndex(known)
  const termsAsked = queryReader(synonyms)
  function scoresOf(query: string): Map<number, number> {
    const scores = new Map<number, number>()
    termsAsked(query).forEach(([term, weight]) => {
      const places = postings.get(term) ?? []
      const found = places.length / 2
      const rarity = weight * Math.log(1 + (passages.length - found + 0.5) / (found + 0.5))
      for (let i = 0; i < places.length; i += 2) {
        const at = places[i]!
        const before = scores.get(at)
        // Words that tell nothing come last, and only help to choose among what others have found.
        if (before === undefined && isEmpty(term)) continue
        const count = places[i + 1]!
        const length = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * passages[at]!.length) / averageLength
        scores.set(at, (before ?? 0) + (rarity * count * (SATURATION + 1)) / (count + SATURATION * length))
      }
    })
    return scores
  }
  function search(query: string, k = 5): KnowledgeHit[] {
    const best = new Map<number, KnowledgeHit>()
    scoresOf(query).forEach((score, at) => {
      const { document, text } = passages[at]!
      const before = best.get(document)
      if (!before || before.score < score) best.set(document, { ...known.documents[document]!, text, score })
    })
    return Array.from(best.values()).sort((a, b) => b.score - a.score).slice(0, k)
  }
  return {
    search,
    rank: (query, k = 5) => (embed ? rerank(embed, query, search(query, 4 * k), k) : Promise.resolve(search(query, k))),
    toJSON: () => known,
  }
}
