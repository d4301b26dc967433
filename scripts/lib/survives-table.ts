import { readFileSync } from 'node:fs'
import type { Language } from './knowledge-marks.js'
import { markdownTable } from './markdown-table.js'
import { proofLinks } from './proofs.js'
import { root } from './run.js'

// What becomes of a run when something happens, as a table for the documentation: from docs/reference/survives.json.

type Words = Record<Language, string>

/** What becomes of a run, in one place, with one store. */
export interface SurvivesRow {
  event: Words
  /** Who serves the answer: a key of {@link WHERE}. */
  where: string
  /** What keeps it there: a key of {@link STORES}. */
  store: string
  outcome: Words
  /** Tests, as `file#title`. */
  proof: string[]
}

/** Who serves the answer. */
export const WHERE: Record<string, Words> = {
  gateway: { en: 'a Sampan gateway', zh: '舢板网关' },
  gateways: { en: 'several gateways', zh: '多个网关' },
  hosted: { en: 'an agent in the gateway', zh: '网关里的智能体' },
  other: { en: 'any other server', zh: '其他服务器' },
  any: { en: 'any', zh: '任意' },
}

/** What keeps the answer there, or the conversation on the phone. */
export const STORES: Record<string, Words> = {
  any: { en: 'any', zh: '任意' },
  memory: { en: 'memory', zh: '内存' },
  sqlite: { en: 'SQLite', zh: 'SQLite' },
  redis: { en: 'Redis', zh: 'Redis' },
  none: { en: 'none', zh: '没有' },
  phone: { en: 'the phone’s', zh: '手机的存储' },
}

const HEAD = {
  en: ['What happens', 'The answer comes from', 'Kept in', 'What becomes of it', 'Proved by'],
  zh: ['发生了什么', '回答来自', '保存在', '结果', '由谁证明'],
}

export function readSurvives(): SurvivesRow[] {
  return JSON.parse(readFileSync(`${root}docs/reference/survives.json`, 'utf8')) as SurvivesRow[]
}

/** The table of `docs/what-survives.md` in one language. An event that has several rows is named in the first. */
export function survivesTable(rows: readonly SurvivesRow[], language: Language): string {
  const cells = rows.map(({ event, where, store, outcome, proof }, index) => [
    event.en === rows[index - 1]?.event.en ? '' : event[language],
    wordOf(WHERE, where)[language],
    wordOf(STORES, store)[language],
    outcome[language],
    proofLinks(proof, language === 'zh' ? '../../' : '../'),
  ])
  return markdownTable([HEAD[language], ...cells])
}

function wordOf(words: Record<string, Words>, key: string): Words {
  const found = words[key]
  if (!found) throw new Error(`“${key}” is none of ${Object.keys(words).join(', ')}`)
  return found
}
