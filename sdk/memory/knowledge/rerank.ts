import type { KnowledgeHit } from './knowledge.js'

/** Turns texts into vectors, one each, all of one length. */
export type Embed = (texts: string[]) => PromiseLike<readonly (readonly number[])[]>

/** Ranks below this far down hardly count. The usual value of reciprocal rank fusion. */
const FUSION = 60

/** Puts candidates in the order that words and vectors agree on best. Where there are no vectors, the order stays. */
export function rerank(embed: Embed, query: string, candidates: readonly KnowledgeHit[], k: number): PromiseLike<KnowledgeHit[]> {
  const byWords = candidates.slice(0, k)
  if (candidates.length < 2) return Promise.resolve(byWords)
  const texts = [query].concat(candidates.map(({ title = '', text }) => title + '\n' + text))
  return Promise.resolve().then(() => embed(texts)).then(
    ([asked = [], ...vectors]) => {
      if (vectors.length < candidates.length) return byWords
      const near = vectors.map(vector => similarity(asked, vector))
      const order = candidates.map((_, index) => index).sort((a, b) => near[b]! - near[a]!)
      const fused = candidates.map((hit, index) => ({ ...hit, score: 1 / (FUSION + index + 1) + 1 / (FUSION + order.indexOf(index) + 1) }))
      return fused.sort((a, b) => b.score - a.score).slice(0, k)
    },
  ).then(undefined, () => byWords)
}

/** The cosine of the angle between two vectors; 0 where one of them has no length. */
function similarity(a: readonly number[], b: readonly number[]): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i] ?? 0]
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return aa && bb ? dot / Math.sqrt(aa * bb) : 0
}
