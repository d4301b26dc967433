/** A word of Latin letters and digits, or a run of Chinese, Japanese or Korean characters. */
const RUN = /[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\ud840-\udfff\uf900-\ufaff]+/g

/** Letters and digits of full width, as East Asian keyboards write them. */
const WIDE = /[\uff01-\uff5e]/g

/** What makes a Chinese sentence a question, or holds it together. Pairs across it would be rare, and so count for much. */
const PARTICLES = /为?什么|怎么[办样]?|怎样|如何|哪[里个些]?|可以|会不会|能不能|是不是|有没有|要不要|多少|时候|一个|一下|[的了吗呢吧啊]/g

/** English words that stand everywhere. They count for little where others agree, and find nothing by themselves. */
const EMPTY = /* @__PURE__ */ new Set(
  'a an and are as at be by can do does don for from had has have how i if in into is it its may me my no not of on or s so t that the their then there this to up was we what when where which who why will with would you your'.split(' '),
)

/** Whether a term tells nothing by itself. */
export function isEmpty(term: string): boolean {
  return EMPTY.has(term)
}

/**
 * The words of a text, for looking things up. Chinese is not cut into words, which would take a dictionary: each two
 * neighbours are a term, and each character by itself. English words lose their endings, and names in code are their parts
 * as well. `known` holds what Latin words were found to be: for many texts, hand in the same one.
 */
export function termsOf(text: string, known = new Map<string, string[]>()): string[] {
  const terms: string[] = []
  const plain = text.replace(WIDE, char => String.fromCharCode(char.charCodeAt(0) - 0xfee0)).replace(PARTICLES, ' ')
  for (const run of plain.match(RUN) ?? []) {
    if (run.charCodeAt(0) < 0x3000) {
      const words = known.get(run) ?? latinTerms(run)
      known.set(run, words)
      terms.push(...words)
    } else {
      for (let i = 0; i < run.length; i++) {
        terms.push(run[i]!)
        if (i + 1 < run.length) terms.push(run.slice(i, i + 2))
      }
    }
  }
  return terms
}

/** A word, and its parts too where it `isWrittenSo`. */
function latinTerms(run: string): string[] {
  const parts = run.replace(/([a-z0-9])(?=[A-Z])/g, '$1 ').split(' ')
  return (parts[1] ? [run, ...parts] : parts).map(word => stemOf(word.toLowerCase()))
}

/** An English word without plural, -ed, -ing and the like. It need not be a word: both sides are cut in the same way. */
function stemOf(word: string): string {
  if (word.length < 4 || EMPTY.has(word)) return word
  const one = word.replace(/ie[sd]$/, 'y').replace(/([^su])s$/, '$1')
  const [, stem = ''] = /^(.*[aeiouy].*)(?:ing|ed)$/.exec(one) ?? []
  const cut = stem.length > 2 && !stem.endsWith('e') ? stem : one
  return cut.length < 4 ? cut : cut.replace(/e$/, '').replace(/([^aeiou\d])\1$/, '$1')
}
