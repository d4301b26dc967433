import type { Span } from './words.js'

/** A number somebody said. */
export interface FoundNumber extends Span {
  value: number
  /** What stands right after it, as far as it may be a unit or a measure word. */
  after: string
  /** Only an article (`a latte`): it counts one of something, and nothing else. */
  isArticle: boolean
}

const zhDigits = '零一二三四五六七八九'
const zhUnits: Record<string, number> = { 十: 10, 百: 100, 千: 1000 }
/** A run of Chinese numerals, as the inside of a regular expression. */
export const zhNumeral = '[零一二两三四五六七八九十百千]'
const enNumbers: Record<string, number> = { half: 0.5, couple: 2, dozen: 12 }
'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'
  .split(' ')
  .forEach((word, value) => (enNumbers[word] = value))
'thirty forty fifty sixty seventy eighty ninety'.split(' ').forEach((word, index) => (enNumbers[word] = (index + 3) * 10))

/** Reads a Chinese or Arabic numeral: `二十四`, `两`, `15`. */
export function readNumeral(text: string): number {
  if (/^\d/.test(text)) return Number(text)
  let total = 0
  let digit = 0
  for (const char of text.replaceAll('两', '二')) {
    if (char in zhUnits) {
      total += (digit || 1) * zhUnits[char]!
      digit = 0
    } else {
      digit = digit * (text.match(/[十百千]/) ? 0 : 10) + zhDigits.indexOf(char)
    }
  }
  return total + digit
}

/** The numbers of a text, in order. Numerals that are part of a word (一下, 第二, 周三) do not count. */
export function findNumbers(text: string): FoundNumber[] {
  const found: FoundNumber[] = []
  const add = (start: number, length: number, value: number, isArticle = false): void => {
    const after = /^\s*([%℃°]|[a-z]+|[\u3400-\u9fff]{1,2})?/i.exec(text.slice(start + length))?.[1] ?? ''
    const overlaps = found.some(other => start < other.end && start + length > other.start)
    if (!overlaps) found.push({ start, end: start + length, value, after: after.toLowerCase(), isArticle })
  }
  for (const match of text.matchAll(/(?<![\w.-])-?\d+(?:\.\d+)?(?![\d.]*[-\w]*\d)/g)) add(match.index, match[0].length, Number(match[0]))
  for (const match of text.matchAll(new RegExp(`(?<![第周期拜]|${zhNumeral})${zhNumeral}+(?!${zhNumeral}|[下些起样直定般会])`, 'g'))) {
    if (!/^[十百千]?[明日]/.test(text.slice(match.index + 1))) add(match.index, match[0].length, readNumeral(match[0]))
  }
  for (const match of text.matchAll(/半(?=[个斤公小])/g)) add(match.index, 1, 0.5)
  const words = Object.keys(enNumbers).join('|')
  for (const match of text.matchAll(new RegExp(`\\b(?:(?:a|an)\\s+)?(${words})(?:[-\\s](one|two|three|four|five|six|seven|eight|nine))?(?:\\s+of)?\\b`, 'gi'))) {
    const tens = enNumbers[match[1]!.toLowerCase()]!
    add(match.index, match[0].length, tens + (match[2] && tens >= 20 ? enNumbers[match[2].toLowerCase()]! : 0))
  }
  for (const match of text.matchAll(/\b(?:an?|single)(?=\s+[a-z])/gi)) add(match.index, match[0].length, 1, true)
  return found.sort((a, b) => a.start - b.start)
}

/** Which place in a list somebody means: `第二个`, `the first one`, `last`. 0 is the first, -1 the last. */
export function findOrdinal(text: string): number | undefined {
  const zh = new RegExp(`第(\\d+|${zhNumeral}+)`).exec(text)
  if (zh) return readNumeral(zh[1]!) - 1
  if (/最后一?[个位款项条]|\b(?:the )?last (?:one)?\b/i.test(text)) return -1
  const words = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth']
  const en = /\b(first|second|third|fourth|fifth|sixth)\b|\b(\d)(?:st|nd|rd|th)\b|\bnumber (\d)\b|#(\d)/i.exec(text)
  if (!en) return undefined
  return en[1] ? words.indexOf(en[1].toLowerCase()) : Number(en[2] ?? en[3] ?? en[4]) - 1
}
