import { bars, type BarId } from './bars.js'

export type Cell = string | number
export interface Table { title: string; columns: string[]; rows: Cell[][]; notes: string[] }
export interface Verdict { id: BarId; value: number | null; passes: boolean | null; note?: string }

/** Collects figures, prints each table as soon as it is complete. */
export class Report {
  readonly tables: Table[] = []
  readonly verdicts: Verdict[] = []
  /** What the tables were made from. */
  readonly raw: Record<string, unknown> = {}

  addTable(given: Table): void {
    const table = withFootnotes(given)
    this.tables.push(table)
    console.log(`\n${table.title}\n${formatTable(table)}`)
    for (const note of table.notes) console.log(`  ${note}`)
  }

  judge(id: BarId, value: number | undefined, note?: string): void {
    const passes = value === undefined ? null : value <= bars[id].atMost
    this.verdicts.push({ id, value: value ?? null, passes, ...(note === undefined ? {} : { note }) })
  }

  printVerdicts(): void {
    const rows = this.verdicts.map(({ id, value, passes, note }): Cell[] => [
      passes === null ? '–' : passes ? 'pass' : 'FAIL',
      bars[id].what,
      value === null ? 'not measured' : number(value),
      `≤ ${number(bars[id].atMost)} ${bars[id].unit}`,
      note ?? ''
    ])
    console.log(`\nSampan against its bars\n${formatTable({ columns: ['', 'what', 'figure', 'bar', 'note'], rows })}`)
  }
}

/** Why someone is out is a sentence: it goes below the table, with a number in its place. */
function withFootnotes(table: Table): Table {
  const reasons: string[] = []
  const rows = table.rows.map(row => row.map(cell => {
    if (typeof cell !== 'string' || !cell.startsWith('out: ')) return cell
    const reason = cell.slice(5)
    if (!reasons.includes(reason)) reasons.push(reason)
    return `out [${reasons.indexOf(reason) + 1}]`
  }))
  return { ...table, rows, notes: [...reasons.map((reason, i) => `[${i + 1}] ${reason}`), ...table.notes] }
}

/** Three figures where that says something, thousands separated. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(size >= 10 ? 1 : 2)
}

function formatTable({ columns, rows }: { columns: string[]; rows: Cell[][] }): string {
  const text = [columns, ...rows.map(row => row.map(cell => typeof cell === 'number' ? number(cell) : cell))]
  const widths = columns.map((_, i) => Math.max(...text.map(row => width(row[i] ?? ''))))
  const isNumeric = columns.map((_, i) => rows.some(row => typeof row[i] === 'number'))
  const line = (row: string[]): string => '  ' + widths.map((w, i) => {
    const cell = row[i] ?? ''
    const space = ' '.repeat(w - width(cell))
    return isNumeric[i] ? space + cell : cell + space
  }).join('  ').trimEnd()
  return [line(text[0]!), '  ' + widths.map(w => '─'.repeat(w)).join('  '), ...text.slice(1).map(line)].join('\n')
}

/** Columns a terminal needs: CJK takes two. */
const width = (text: string): number => [...text].reduce((sum, char) => sum + (/[\u1100-\u115f\u2e80-\uffdc]/.test(char) ? 2 : 1), 0)
