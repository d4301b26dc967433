import { countInstructions, hasCallgrind } from '../harness/instructions.js'
import type { LogTest } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Entry } from '../harness/registry.js'
import type { Cell, Report } from '../harness/report.js'

const tests: readonly LogTest[] = ['plain', 'logged', 'resumed']
/** Two lengths of an answer, to tell what each delta costs from what each run costs. */
const sizesOf = ({ isQuick }: Options): Sizes => (isQuick ? [500, 1500] : [1000, 5000])
type Sizes = readonly [deltas: number, moreDeltas: number]

/** W7: what it costs that an answer can be gone on with. By instructions alone: CPU time does not show a tenth. */
export async function measureResume(options: Options, report: Report): Promise<void> {
  const entry = options.entries.find(each => each.kind === 'ours')
  if (entry === undefined) return
  const counts = new Map<LogTest, Counts>()
  for (const test of hasCallgrind() ? tests : []) {
    const count = await countBoth(entry, test, sizesOf(options))
    if (count !== undefined) counts.set(test, count)
  }
  const plain = counts.get('plain')
  const times = (test: LogTest, of: keyof Counts): number | undefined => {
    const count = counts.get(test)
    return count === undefined || plain === undefined ? undefined : count[of] / plain[of]
  }
  report.addTable({
    title: 'W7 an answer that can be gone on with, instructions, jitless',
    columns: ['answer', 'M per 1,000 deltas', '× plain', 'each delta × plain'],
    rows: tests.map((test): Cell[] => [test, counts.get(test)?.run ?? 'no count', times(test, 'run') ?? '', times(test, 'delta') ?? '']),
    notes: ['What a run costs once is in the second column: a connection that breaks is opened again once.']
  })
  for (const id of ['logged', 'resumed'] as const) report.judge(id, times(id, 'delta'), 'by instructions')
}

/** Millions of instructions for 1,000 deltas: of a whole run, and of what a longer run costs more than a shorter one. */
interface Counts { run: number; delta: number }

async function countBoth(entry: Entry, test: LogTest, [deltas, moreDeltas]: Sizes): Promise<Counts | undefined> {
  const run = await countInstructions(entry, { test, size: deltas })
  const longer = await countInstructions(entry, { test, size: moreDeltas })
  if (run === undefined || longer === undefined) return undefined
  return { run, delta: (longer * moreDeltas - run * deltas) / (moreDeltas - deltas) }
}
