import { countInstructions, hasCallgrind } from '../harness/instructions.js'
import type { LoadResult } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Entry } from '../harness/registry.js'
import type { Cell, Report } from '../harness/report.js'
import { compareInChild } from './compare.js'

const histories = [0, 50, 500]
const deltas = 1000
/** A longer answer, to tell what each delta costs from what each run costs. */
const moreDeltas = 5000

/**
 * W3: bytes to the list on the screen, with more and more messages of history. The work for a delta must not depend on
 * it; a run's own may, as it sends the history to the model and stores it.
 */
export async function measureList(options: Options, report: Report): Promise<void> {
  for (const mode of ['jit', 'jitless'] as const) {
    const rows: Cell[][] = []
    for (const entry of options.entries.filter(each => each.tests.includes('list'))) {
      const outcome = await compareInChild(entry, mode, histories.map(history => ({ test: 'list', size: deltas, history })), options)
      report.raw[`list ${mode} ${entry.name}`] = outcome
      const counts = mode === 'jitless' && wantsCount(entry, options) ? await byInstructions(entry) : undefined
      rows.push(outcome.ok ? rowOf(entry, outcome.value.loads, counts) : [entry.name, `out: ${outcome.reason}`])
      if (entry.kind === 'ours' && mode === 'jitless') judge(report, outcome.ok ? outcome.value.loads : [], counts)
    }
    report.addTable({
      title: `W3 list of messages, × limit, ${mode}`,
      columns: ['contender', 'no history', '50', '500', '500 ÷ none', 'the same by instructions', 'each delta by instructions'],
      rows,
      notes: ['Sampan sends the history to the model and stores it with each run; the others do neither here.']
    })
  }
}

interface Counts { run: number; delta: number }

function rowOf(entry: Entry, loads: readonly LoadResult[], counts: Counts | undefined): Cell[] {
  return [entry.name, ...loads.map(load => load.ratio), byTime(loads), counts?.run ?? '', counts?.delta ?? '']
}

const byTime = (loads: readonly LoadResult[]): number => loads[loads.length - 1]!.ratio / loads[0]!.ratio

function judge(report: Report, loads: readonly LoadResult[], counts: Counts | undefined): void {
  report.judge('history', counts?.delta, counts === undefined ? 'needs an instruction count' : 'by instructions')
  report.judge('history-run', counts?.run ?? (loads.length > 0 ? byTime(loads) : undefined), counts === undefined ? 'by CPU time' : 'by instructions')
}

const wantsCount = (entry: Entry, options: Options): boolean => (entry.kind === 'ours' || options.wantsInstructions) && hasCallgrind()

/** 500 messages of history ÷ none: over a whole run, and over what a longer run costs more than a shorter one. */
async function byInstructions(entry: Entry): Promise<Counts | undefined> {
  const totals: number[] = []
  for (const [size, history] of [[deltas, 0], [deltas, 500], [moreDeltas, 0], [moreDeltas, 500]] as const) {
    const perThousand = await countInstructions(entry, { test: 'list', size, history })
    if (perThousand === undefined) return undefined
    totals.push(perThousand * size / 1000)
  }
  const [none, many, moreNone, moreMany] = totals as [number, number, number, number]
  return { run: many / none, delta: (moreMany - many) / (moreNone - none) }
}
