import type { Language } from './knowledge-marks.js'
import type { HostFacts, Tried, Way } from '../../adapters/shared/host-facts.js'

// How Sampan comes into an app of each host, for the documentation.

const WORDS = {
  en: {
    host: 'Host', none: '–', untried: '*unverified*', documented: '○',
    ways: { npmBuild: 'the host’s own “build npm”', copy: '`miniprogram_dist`, copied', taro: 'Taro', uni: 'uni-app', bundler: 'ESM, by a bundler or Node', async: '`require.async` of a sub-package' },
  },
  zh: {
    host: '宿主', none: '–', untried: '*未验证*', documented: '○',
    ways: { npmBuild: '宿主自己的“构建 npm”', copy: '复制 `miniprogram_dist`', taro: 'Taro', uni: 'uni-app', bundler: 'ESM（打包器或 Node）', async: '用 `require.async` 取分包' },
  },
} satisfies Record<Language, { ways: Record<Way, string> } & Record<string, unknown>>

/** The rows of the table, the head first. */
export function wayTable(list: readonly HostFacts[], language: Language): string[][] {
  const { host, ways, none, untried, documented } = WORDS[language]
  const names = Object.keys(ways) as Way[]
  const cell = (tried: Tried | undefined): string =>
    tried === undefined ? none : tried === 'not tried' ? untried : tried === 'documented' ? documented : `${tried.isShim ? '◐' : '●'} ${fileOf(tried.by)}`
  return [[host, ...names.map(way => ways[way])], ...list.map(facts => [`\`${facts.name}\``, ...names.map(way => cell(facts.ways[way]))])]
}

const fileOf = (by: string): string => `\`${by.replace(/^scripts\/|#.*$/g, '').replace(/\.test\.ts$/, '')}\``
