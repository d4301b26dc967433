import { existsSync } from 'node:fs'
import { gapTable } from './gap-table.js'
import { MARKS, type Language } from './knowledge-marks.js'
import { wayTable } from './way-table.js'
import type { Feature, HostFacts } from '../../adapters/shared/host-facts.js'
import { doors } from '../pack/doors.js'
import { root } from './run.js'

// What is known of every host, as tables for the documentation: from the data files beside the adapters.

/** The facts of every adapter that has a door, in the order of the doors. */
export async function hostFactsList(): Promise<HostFacts[]> {
  const names = doors().filter(({ name }) => name.startsWith('adapters/')).map(({ name }) => name.slice('adapters/'.length))
  return await Promise.all(names.map(async name => {
    const file = `${root}adapters/${name}/${name}-facts.ts`
    if (!existsSync(file)) throw new Error(`adapters/${name} has no ${name}-facts.ts with what is known of the host`)
    return ((await import(file)) as { hostFacts: HostFacts }).hostFacts
  }))
}

const WORDS = {
  en: {
    head: ['Host', 'Tier', 'Oldest library', 'Answers come', 'Live streams', 'Longest request', 'Hidden', 'Storage: key / all'],
    features: {
      request: 'request', stream: 'stream', socket: 'socket', storage: 'storage', signIn: 'sign-in', signals: 'show, hide, network', randomBytes: 'random bytes',
      files: 'files', device: 'other APIs',
    },
    kinds: { bytes: 'streaming', text: 'streaming, as text', events: 'streaming, as events', none: 'by poll, or over a socket' },
    from: 'from', unlimited: 'any number', any: 'any',
    how: '**How it is known:**', gaps: '**What a host does not do.** `platformSuite` runs on each; what it does not pass there stands here:',
    ways: '**How Sampan comes into an app, and where that was tried:**', assumed: '**Taken for true without a source:**',
  },
  zh: {
    head: ['宿主', '等级', '最低基础库', '回答怎样到达', '同时的流', '单次请求上限', '退到后台', '存储：单键 / 总量'],
    features: {
      request: '请求', stream: '流', socket: '长连接', storage: '存储', signIn: '登录', signals: '前后台与网络', randomBytes: '随机字节', files: '文件', device: '其他 API',
    },
    kinds: { bytes: '流式', text: '流式（文本）', events: '流式（事件）', none: '轮询，或长连接' },
    from: '自', unlimited: '不限', any: '任意',
    how: '**依据：**', gaps: '**宿主做不到的事。** 每个宿主都运行 `platformSuite`，没有通过的列在这里：',
    ways: '**Sampan 怎样进入应用，各在哪里试过：**', assumed: '**没有出处、先当作如此：**',
  },
} satisfies Record<Language, { features: Record<Feature, string> } & Record<string, unknown>>

const seconds = (ms: number | undefined): string => (ms === undefined ? '' : `${ms / 1000} s`)
const kilobytes = (bytes: number | undefined): string => (bytes === undefined ? '?' : `${Math.round(bytes / 1024)} KB`)

/** The tables of `docs/platforms.md` in one language. */
export function platformTables(list: readonly HostFacts[], language: Language): string {
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
  const names = Object.keys(words.features) as Feature[]
  const how = list.map(({ name, known }) => [`\`${name}\``, ...names.map(feature => MARKS[known[feature]])])
  const guesses = list.filter(({ assumed }) => assumed.length).map(({ name, assumed }) => `- \`${name}\`: ${assumed.join('; ')}.`)
  return [
    table([words.head, ...what]),
    words.how, table([[words.head[0]!, ...names.map(feature => words.features[feature])], ...how]),
    words.gaps, table(gapTable(list, language)),
    words.ways, table(wayTable(list, language)),
    words.assumed, guesses.join('\n'),
  ].join('\n\n')
}

/** The first row is the head. */
function table([head, ...rows]: readonly (readonly string[])[]): string {
  return [head!, head!.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}
