import { readFileSync } from 'node:fs'
import type { Language } from './knowledge-marks.js'
import { markdownTable } from './markdown-table.js'
import { proofLinks } from './proofs.js'
import { root } from './run.js'

// What Sampan and its peers offer, as tables for the documentation: from docs/reference/compared.json.

type Words = Record<Language, string>

/** What is known of one feature. */
export interface ComparedRow {
  feature: Words
  /** `no` has no proof; `partly` says in `note` what is missing. */
  sampan: 'yes' | 'partly' | 'no'
  note?: Words
  /** Tests, as `file#title`. */
  proof?: string[]
  /** A mark for each peer of the table, in their order: `Y ~ - ?`, `.` where it does not apply, or a number. */
  peers?: string
}

export interface ComparedTable {
  title: Words
  about: Words
  /** Names and versions as of the date of the file. */
  peers: { name: Words | string; version: string }[]
  rows: ComparedRow[]
}

/** Everything the page says. `asOf` is the month in which the peers were looked at. */
export interface Compared { asOf: Words; tables: ComparedTable[] }

const MARKS: Record<string, string> = { Y: '✓', '~': '~', '-': '✗', '?': '?', '.': '', yes: '✓', partly: '~', no: '✗' }
const WORDS = {
  en: { feature: 'Feature', proof: 'Proved by', versions: 'Versions' },
  zh: { feature: '能力', proof: '由谁证明', versions: '版本' },
}

export function readCompared(): Compared {
  return JSON.parse(readFileSync(`${root}docs/reference/compared.json`, 'utf8')) as Compared
}

/** The tables of `docs/reference/compared.md` in one language. */
export function comparedTables({ asOf, tables }: Compared, language: Language): string {
  return tables.map(({ title, about, peers, rows }) => {
    const versions = peers.map(({ name, version }) => [nameIn(name, language), version].filter(Boolean).join(' ')).join(' · ')
    const head = [WORDS[language].feature, 'Sampan', ...peers.map(({ name }) => nameIn(name, language)), WORDS[language].proof]
    const cells = rows.map(row => [row.feature[language], ownCell(row, language), ...marksOf(row, peers.length), proofLinks(row.proof ?? [], language === 'zh' ? '../../../' : '../../')])
    const seen = versions && `\n\n${WORDS[language].versions} (${asOf[language]}): ${versions}.`
    return `## ${title[language]}\n\n${about[language]}${seen}\n\n${markdownTable([head, ...cells])}\n`
  }).join('\n')
}

/** The marks of the peers. Throws where there are more or fewer than peers, or one that is not known. */
export function marksOf({ feature, peers = '' }: ComparedRow, count: number): string[] {
  const marks = peers.split(' ').filter(Boolean)
  if (marks.length !== count) throw new Error(`“${feature.en}” has ${marks.length} marks for ${count} peers`)
  return marks.map(mark => MARKS[mark] ?? (/^≥?\d+$/.test(mark) ? mark : fail(`“${feature.en}” has the mark ${mark}`)))
}

const ownCell = ({ sampan, note }: ComparedRow, language: Language): string => `${MARKS[sampan] ?? fail(sampan)}${note ? ` ${note[language]}` : ''}`
const nameIn = (name: Words | string, language: Language): string => (typeof name === 'string' ? name : name[language])

function fail(message: string): never {
  throw new Error(message)
}
