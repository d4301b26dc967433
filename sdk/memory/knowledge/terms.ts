/** A word of Latin letters and digits, or a run of Chinese, Japanese or Korean characters. */
const RUN = /[a-z0-9\u00df-\u00f6\u00f8-\u024f]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\ud840-\udfff\uf900-\ufaff]+/g

/** Letters and digits of full width, as East Asian keyboards write them. */
const WIDE = /[\uff01-\uff5e]/g

/** English words that stand everywhere and tell nothing. */
const EMPTY = /* @__PURE__ */ new Set(
  'a an and are as at be by can do does for from had has have how i if in into is it its may me my no not of on or so that the their then there this to up was we what when where which who why will with would you your'.split(' '),
)

/**
 * The words of a text, for looking things up. Chinese is not cut into words, which would take a dictionary: each two
 * neighbours are a term, and each character by itself. English words are taken in the singular, and without those that tell
 * nothing.
 */
export function termsOf(text: string): string[] {
  const terms: string[] = []
  const plain = text.replace(WIDE, char => String.fromCharCode(char.charCodeAt(0) - 0xfee0)).toLowerCase()
  for (const run of plain.match(RUN) ?? []) {
    if (run.charCodeAt(0) < 0x3000) {
      if (!EMPTY.has(run)) terms.push(singular(run))
    } else {
      for (let i = 0; i < run.length; i++) {
        terms.push(run[i]!)
        if (i + 1 < run.length) terms.push(run.slice(i, i + 2))
      }
    }
  }
  return terms
}

function singular(word: string): string {
  if (word.length < 4 || !word.endsWith('s') || word.endsWith('ss')) return word
  return word.endsWith('ies') ? word.slice(0, -3) + 'y' : word.slice(0, -1)
}
