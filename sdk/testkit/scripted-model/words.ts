/** The two languages the model speaks. */
export type Language = 'zh' | 'en'

/** One word or CJK run of a text, with its place. */
export interface Span {
  start: number
  end: number
}

const cjk = '\\u3400-\\u9fff'
const latinWord = /[a-z0-9]+(?:['’.-][a-z0-9]+)*/gi

/** Full-width letters and digits become ordinary ones; typographic quotes become straight. Chinese punctuation stays. */
export function normalise(text: string): string {
  const narrow = text.replace(/[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff0e\uff05]/g, char => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
  return narrow.replace(/[’‘]/g, "'")
}

/** `findDrinks`, `find_drinks` and `find-drinks` as `find drinks`. */
export function splitName(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').toLowerCase()
}

/** Takes off the endings that do not change what an English word is about. */
export function stem(word: string): string {
  let result = word.toLowerCase().replace(/'s?$/, '').replace(/'/g, '')
  if (result.length > 4) result = result.replace(/ies$/, 'y')
  if (result.length > 3) result = result.replace(/([^sui])s$/, '$1').replace(/(ss|x|ch|sh)es?$/, '$1')
  if (result.length > 5) result = result.replace(/(?:ing|ed)$/, '').replace(/([b-df-hj-np-rtv-z])\1$/, '$1')
  return result.length > 3 ? result.replace(/e$/, '') : result
}

/** The Latin words of a text, stemmed, with their places. */
export function latinWords(text: string): (Span & { stem: string })[] {
  return [...text.matchAll(latinWord)].map(match => ({ start: match.index, end: match.index + match[0].length, stem: stem(match[0]) }))
}

/** What two texts are compared by: stems of Latin words, pairs of neighbouring CJK characters. */
export function terms(text: string): string[] {
  const result = latinWords(text).map(word => word.stem).filter(word => !stopStems.has(word))
  for (const [run] of text.matchAll(new RegExp(`[${cjk}]+`, 'g'))) {
    if (run.length === 1) result.push(run)
    for (let index = 0; index + 1 < run.length; index++) {
      const pair = run.slice(index, index + 2)
      if (!stopPairs.has(pair)) result.push(pair)
    }
  }
  return result
}

/** English words that say nothing about what is wanted. */
export const stopStems = new Set(
  (
    'a an the of for to in on at by with from and or but if then so is are was be been am do does did have has had can could will would ' +
    'shall should may might must i me my mine you your we our us it its he she they them this that these those there here what which who ' +
    'when where how why please thank thanks hi hello hey just some any no not yes ok okay let get got want need like lik pleas im id ill ' +
    'one now up out about as into also too very much many more really could'
  ).split(' ').map(stem),
)

/** Chinese pairs that say nothing about what is wanted. */
const stopPairs = new Set(
  (
    '我想 想要 我要 帮我 给我 请问 一下 一个 什么 怎么 么样 多少 可以 能不 不能 有没 没有 哪些 哪个 是不 不是 你们 我们 的时 时候 这个 那个 一些 需要 谢谢 你好 好的 ' +
    '麻烦 请帮 我的 了吗 的吗 有的 的话 就是 还有 然后 为我 某个 一位 已有 个已'
  ).split(' '),
)

/** How much of the shorter text's terms the longer one has, 0 to 1. */
export function coverage(part: string, whole: string): number {
  const wanted = [...new Set(terms(part))]
  if (wanted.length === 0) return 0
  const have = new Set(terms(whole))
  return wanted.filter(term => have.has(term)).length / wanted.length
}

/** Whether two words differ by at most one letter. Short words must be equal. */
export function isCloseSpelling(a: string, b: string): boolean {
  if (a === b) return true
  if (Math.min(a.length, b.length) < 5 || Math.abs(a.length - b.length) > 1) return false
  let at = 0
  while (at < a.length && a[at] === b[at]) at++
  const [left, right] = [a.slice(at), b.slice(at)]
  return left.slice(1) === right || left === right.slice(1) || left.slice(1) === right.slice(1) || left.slice(2) === right[0]! + right.slice(2) && left[0] === right[1] && left[1] === right[0]
}
