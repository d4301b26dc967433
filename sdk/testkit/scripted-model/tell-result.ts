import { isLookupName } from './choose-tool.js'
import type { ToolResult } from './conversation.js'
import { type Item, stringsOf } from './items.js'
import { chineseFor, conceptNames, oppositeOf } from './thesaurus.js'
import { type Language, latinWords, splitName } from './words.js'

type Data = Record<string, unknown>

/** How to speak. */
export interface Voice {
  language: Language
  /** The sign before an amount; empty where nothing tells the currency. */
  currency: string
  /** Everything known about a thing, not just what tells it from the others. */
  isDetailed?: boolean
}

const zhLabels: Record<string, string> = {
  total: '合计', price: '价格', amount: '金额', fee: '费用', cost: '费用', quantity: '数量', count: '数量', size: '规格', number: '号码', status: '状态',
  date: '日期', time: '时间', address: '地址', city: '城市', location: '位置', name: '名称', note: '备注', temperature: '温度', duration: '时长', title: '标题', prices: '价格', about: '介绍',
  description: '介绍', served: '供应', department: '科室', phone: '电话',
}
const moneyKeys = /price|cost|fee|amount|total|价|费/i
const aboutKeys = /^(about|description|summary|title|status|department|address|date|time|简介|说明|描述)$/i

/** Tells what came back, in words. `items` are the things known by now, to say names instead of ids. */
export function tellResults(results: readonly ToolResult[], items: readonly Item[], voice: Voice): string {
  return results.map(result => tellOne(result, items, voice)).join('\n\n')
}

function tellOne({ name, status, value, arguments: args }: ToolResult, items: readonly Item[], voice: Voice): string {
  const isZh = voice.language === 'zh'
  if (status === 'denied') {
    // A reason is worth saying when a person gave it.
    const reason = /^the (?:person|guest|user|customer) (?:said no|declined|went on)|^$/i.test(String(value)) ? '' : isZh ? `（${value}）` : ` (${value})`
    return isZh ? `好的，这件事没有办${reason}。您想怎么改，或者换成什么？` : `All right, that was not done${reason}. What would you like instead?`
  }
  if (status === 'failed') return isZh ? `没有办成：${value}` : `That did not work: ${value}`
  const list = listIn(value)
  if (list?.length === 0) return nothingFound(args, voice)
  if (list && voice.isDetailed && list.every(entry => entry && typeof entry === 'object')) {
    return (list as Data[]).slice(0, 10).map((entry, index) => `${index + 1}. **${nameIn(entry, voice)}**\n${tellRecord(entry, items, voice, nameIn(entry, voice)).map(line => `   - ${line}`).join('\n')}`).join('\n')
  }
  if (list && list.some(entry => entry && typeof entry === 'object')) {
    return `${isZh ? `找到 ${list.length} 个：` : `I found ${list.length}:`}\n${numbered(list as Data[], voice)}`
  }
  if (list) return list.map((entry, index) => `${index + 1}. ${entry}`).join('\n')
  if (value && typeof value === 'object') {
    const head = isLookupName(name) ? (isZh ? '查到了：' : 'Here it is: ') : isZh ? '好了：' : 'Done: '
    return `${head}${tellRecord(value as Data, items, voice).join(isZh ? '，' : ', ')}${isZh ? '。' : '.'}`
  }
  const isBare = value === null || value === undefined || value === '' || value === true || value === 'null'
  return isBare ? (isZh ? '好了，已经办好。' : 'Done.') : String(value)
}

/** Says that nothing was found, and for which words. */
export function nothingFound(args: Data, voice: Voice): string {
  const words = Object.values(args).filter(value => typeof value === 'string' && value).join(', ')
  if (voice.language === 'zh') return words ? `没有找到与「${words}」有关的内容。` : '什么也没有找到。'
  return words ? `I found nothing for “${words}”.` : 'I found nothing.'
}

/** The list a result is, or the only one it has. */
export function listIn(value: unknown): unknown[] | undefined {
  if (Array.isArray(value)) return value
  const lists = value && typeof value === 'object' ? Object.values(value).filter(Array.isArray) : []
  const hasOwn = value && typeof value === 'object' && Object.values(value).some(entry => !Array.isArray(entry) && typeof entry === 'object' && entry !== null)
  return lists.length === 1 && !hasOwn && isSmall(value as Data) ? lists[0] : undefined
}

// Something with facts of its own is a thing that has a list, not a list.
const isSmall = (value: Data) => Object.keys(value).length <= 3

/** A numbered list of things by name, price and a few words. At most ten. */
export function numbered(list: readonly Data[], voice: Voice): string {
  const lines = list.slice(0, 10).map((entry, index) => `${index + 1}. ${tellThing(entry, voice)}`)
  if (list.length > 10) lines.push(voice.language === 'zh' ? `…共 ${list.length} 个` : `… ${list.length} in all`)
  return lines.join('\n')
}

function tellThing(entry: unknown, voice: Voice): string {
  if (!entry || typeof entry !== 'object') return String(entry)
  const data = entry as Data
  const keys = Object.keys(data)
  const nameKey = nameKeyOf(data)
  const name = nameIn(data, voice)
  const abouts = keys.filter(key => key !== nameKey && aboutKeys.test(key)).map(key => inLanguage(data[key], voice))
  const prices = keys.filter(key => moneyKeys.test(key)).map(key => money(data[key], key, voice))
  return [name, ...prices.slice(0, 1), ...abouts.slice(0, 2)].filter(Boolean).join(voice.language === 'zh' ? '，' : ', ')
}

function nameKeyOf(data: Data): string | undefined {
  const keys = Object.keys(data)
  return keys.find(key => /^(name|名称|姓名)$/i.test(key)) ?? keys.find(key => /name$|title$|^label$/i.test(key)) ?? keys.find(key => stringsOf(data[key]).length)
}

function nameIn(data: Data, voice: Voice): string {
  const key = nameKeyOf(data)
  return key ? inLanguage(data[key], voice) : JSON.stringify(data)
}

/** What is known of a thing, one piece a fact; but for its name where that was said. */
function tellRecord(data: Data, items: readonly Item[], voice: Voice, said?: string): string[] {
  return Object.entries(data).flatMap(([key, value]) => {
    const named = items.find(({ id }) => id === value && /.id$/i.test(key))
    // Ids of the machine and moments in milliseconds are not for people.
    const isOpaque = (!named && /(^|[a-z_])id$/i.test(key)) || (typeof value === 'number' && value > 1e11) || value === null || value === ''
    const text = typeof value === 'boolean' ? sayFlag(key, value, voice) : named ? nameOf(named, voice) : moneyKeys.test(key) ? (voice.isDetailed ? moneyTable : money)(value, key, voice) : sayValue(value, voice)
    return isOpaque || !text || text === said ? [] : typeof value === 'boolean' ? [text] : [`${sayKey(key, voice)} ${text}`]
  }).slice(0, 8)
}

function sayKey(key: string, voice: Voice): string {
  const name = splitName(key).replace(/ id$/, '')
  return (voice.language === 'zh' && (zhLabels[key] ?? conceptWord(name))) || name
}

/** “Iced”, “hot”, “not urgent”. */
function sayFlag(key: string, value: boolean, voice: Voice): string {
  const isZh = voice.language === 'zh'
  const opposite = [...conceptNames(splitName(key))].map(oppositeOf).find(Boolean)
  if (value) return sayKey(key, voice)
  return opposite ? (isZh ? (chineseFor(opposite) ?? opposite) : opposite) : `${isZh ? '不' : 'not '}${sayKey(key, voice)}`
}

function sayValue(value: unknown, voice: Voice): string {
  if (Array.isArray(value)) return value.map(entry => (entry && typeof entry === 'object' ? tellThing(entry, voice) : sayValue(entry, voice))).join(voice.language === 'zh' ? '、' : ', ')
  if (value && typeof value === 'object') return inLanguage(value, voice) || Object.entries(value).map(([key, inner]) => `${sayKey(key, voice)} ${sayValue(inner, voice)}`).join(voice.language === 'zh' ? '，' : ', ')
  return typeof value === 'string' && voice.language === 'zh' ? (conceptWord(value) ?? value) : String(value)
}

function conceptWord(text: string): string | undefined {
  const [meaning] = latinWords(text).length === 1 ? conceptNames(text) : []
  return meaning && chineseFor(meaning)
}

/** The name of a thing in the person's language, where it has one by language. */
function nameOf(item: Item, voice: Voice): string {
  return item.names.find(name => /[\u3400-\u9fff]/.test(name) === (voice.language === 'zh')) ?? item.names[0] ?? String(item.id)
}

function inLanguage(value: unknown, voice: Voice): string {
  const texts = stringsOf(value)
  return texts.find(text => /[\u3400-\u9fff]/.test(text) === (voice.language === 'zh')) ?? texts[0] ?? ''
}

/** Each of several amounts by its name. */
function moneyTable(value: unknown, key: string, voice: Voice): string {
  if (!value || typeof value !== 'object') return money(value, key, voice)
  return Object.entries(value).map(([name, amount]) => `${sayKey(name, voice)} ${money(amount, name, voice)}`).join(voice.language === 'zh' ? '，' : ', ')
}

/** An amount, or the range of several. */
function money(value: unknown, key: string, voice: Voice): string {
  const amounts = (value && typeof value === 'object' ? Object.values(value) : [value]).map(Number).filter(Number.isFinite)
  if (amounts.length === 0) return typeof value === 'string' ? value : ''
  const [low, high] = [Math.min(...amounts), Math.max(...amounts)]
  const range = low === high ? String(low) : `${low}–${high}`
  return /count/i.test(key) ? range : voice.currency + range
}
