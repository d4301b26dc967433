import type { Span } from './words.js'
import { latinWords, stopStems } from './words.js'

const zhPhrases =
  /请问|麻烦|帮我|帮忙|给我|为我|我想要|我想|我要|想要|需要|来[一两三四五六七八九]?[点杯份个]|一下|有没有|有什么|有哪些|有哪|哪些|什么|怎么样|怎样|如何|多少钱|多少|可以|能不能|是不是|谢谢|你们|我们|关于|介绍|讲讲|说说|聊聊|谈谈|告诉|推荐|查找|查询|搜索|看看|最便宜|最贵|是?哪[家个]|点单|下单|点餐|算了|别的|其他|其它/g
const zhEdges = /^[\s请想要来点把将给用我你您有和与再也还就都在是那这个杯份件位的了吗呢吧啊呀喝吃查找搜看讲说会能]+|[\s的了吗呢吧啊呀么掉好请和与]+$/g
const enPhrases = /\b(?:tell me(?: (?:more|something|all))?(?: about)?|do you have|is there|are there|look(?:ing)? (?:up|for)|search(?: for)?|find|show|list|recommend|suggest|something|anything|describe|explain|what about|how about)\b/gi
const breaks = /[，,。；;！!？?：:、\n"“”「」《》()（）\0]+/

/**
 * What a text is about once everything understood is taken out: the longest run of words that is left.
 *
 * @param taken the places already understood
 */
export function contentOf(text: string, taken: readonly Span[]): string {
  const blank = (from: string) => '\0'.repeat(from.length)
  let rest = text
  for (const { start, end } of taken) rest = rest.slice(0, start) + blank(text.slice(start, end)) + rest.slice(end)
  rest = rest.replace(zhPhrases, blank).replace(enPhrases, blank)
  const runs = rest.split(breaks).map(trimRun).filter(Boolean)
  const [found = ''] = runs.sort((a, b) => b.length - a.length)
  // “Which teas”, “two lattes”: the word itself is looked for.
  const longest = /\b(?:what|which|any|two|three|four|five|six|\d)\b/i.test(text) ? found.replace(/([a-z]{2}[^sui\W])s$/, '$1') : found
  // “Not too sweet” is looked for as “not sweet”.
  return longest.replace(/不(?:太|怎么|很|那么|要太)/g, '不').replace(/^(?:比较|特别|非常|很|太)/, '').replace(/\b(not) (?:too|so|very)\b/gi, '$1')
}

function trimRun(run: string): string {
  const trimmed = run.replace(zhEdges, '').trim()
  const words = latinWords(trimmed)
  // “Not” at the edge stays: it turns the rest round.
  const isEmpty = (word: { stem: string }) => stopStems.has(word.stem) && word.stem !== 'not'
  const first = words.find(word => !isEmpty(word))
  const last = [...words].reverse().find(word => !isEmpty(word))
  if (words.length === 0 || /[\u3400-\u9fff]/.test(trimmed)) return trimmed.replace(/^[\s.'-]+|[\s.'-]+$/g, '')
  return first && last ? trimmed.slice(first.start, last.end) : ''
}

/** What was said in answer to a question, without the words around it. */
export function bareAnswer(text: string): string {
  return text
    .trim()
    .replace(/^(?:(?:it|that|this|name|number|address|city|the \w+)(?:'s| is)|(?:my|the) [\w ]+? is|i'm|i am|in|at|to|from|for|about)\s+/i, '')
    .replace(/^(?:我的)?[\u3400-\u9fff]{0,4}(?:是|叫|为)[:：]?\s*|^(?:在|去|到|从|要|就)/, '')
    .replace(/[。.!！?？,，]+$|\s+please$|吧$/gi, '')
    .trim()
}
