import { existsSync } from 'node:fs'
import type { HostFacts, Knowledge } from '../../adapters/shared/host-facts.js'
import { doors } from '../pack/doors.js'
import { root } from './run.js'

// What is known of every host, as a table for the documentation: from the data files beside the adapters.

/** The facts of every adapter that has a door, in the order of the doors. */
export async function hostFactsList(): Promise<HostFacts[]> {
  const names = doors().filter(({ name }) => name.startsWith('adapters/')).map(({ name }) => name.slice('adapters/'.length))
  return await Promise.all(names.map(async name => {
    const file = [`${name}-quirks`, `${name}-facts`].map(each => `${root}adapters/${name}/${each}.ts`).find(existsSync)
    if (!file) throw new Error(`adapters/${name} has no ${name}-quirks.ts or ${name}-facts.ts with what is known of the host`)
    return ((await import(file)) as { hostFacts: HostFacts }).hostFacts
  }))
}

const MARKS: Record<Knowledge, string> = { 'real runtime in CI': '●', 'fake in CI': '◐', documented: '○', unknown: '?' }

const WORDS = {
  en: {
    head: ['Host', 'Tier', 'Oldest library', 'Answers come', 'Live streams', 'Longest request', 'Hidden', 'Storage: key / all'],
    features: { request: 'request', stream: 'stream', socket: 'socket', storage: 'storage', signIn: 'sign-in', signals: 'show, hide, network', randomBytes: 'random bytes' },
    kinds: { bytes: 'streaming', text: 'streaming, as text', events: 'streaming, as events', none: 'by poll, or over a socket' },
    from: 'from', unlimited: 'any number', assumed: 'Taken for true without a source', any: 'any',
  },
  zh: {
    head: ['宿主', '等级', '最低基础库', '回答怎样到达', '同时的流', '单次请求上限', '退到后台', '存储：单键 / 总量'],
    features: { request: '请求', stream: '流', socket: '长连接', storage: '存储', signIn: '登录', signals: '前后台与网络', randomBytes: '随机字节' },
    kinds: { bytes: '流式', text: '流式（文本）', events: '流式（事件）', none: '轮询，或长连接' },
    from: '自', unlimited: '不限', assumed: '没有出处、先当作如此', any: '任意',
  },
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '' : `${ms / 1000} s`)
const kilobytes = (bytes: number | undefined): string => (bytes === undefined ? '?' : `${Math.round(bytes / 1024)} KB`)

/** The tables of `docs/platforms.md` in one language. */
export function platformTables(list: readonly HostFacts[], language: keyof typeof WORDS): string {
  const words = WORDS[language]
  const what = list.map(({ name, tier, minVersion, minStreamVersion, capabilities }) => {
    const { stream, maxStreams, maxRequestMs, hiddenMs, storageKeyBytes, storageTotalBytes } = capabilities
    const since = minStreamVersion === '0' || stream === 'none' || minStreamVersion === minVersion ? '' : ` (${words.from} ${minStreamVersion})`
    const storage = storageKeyBytes || storageTotalBytes ? `${kilobytes(storageKeyBytes)} / ${kilobytes(storageTotalBytes)}` : '?'
    return [
      `\`${name}\``, tier, minVersion === '0' ? words.any : minVersion, words.kinds[stream] + since,
      stream === 'none' ? '' : maxStreams === Infinity ? words.unlimited : String(maxStreams), seconds(maxRequestMs), seconds(hiddenMs), storage,
    ]
  })
  const names = Object.keys(words.features) as (keyof typeof words.features)[]
  const how = list.map(({ name, known }) => [`\`${name}\``, ...names.map(feature => MARKS[known[feature]])])
  const guesses = list.filter(({ assumed }) => assumed.length).map(({ name, assumed }) => `- \`${name}\`: ${assumed.join('; ')}.`)
  return [
    table(words.head, what), '', table([words.head[0]!, ...names.map(feature => words.features[feature])], how), '',
    `**${words.assumed}:**`, '', ...guesses,
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
