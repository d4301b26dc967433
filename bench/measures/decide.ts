import { isClose, type BarId } from '../harness/bars.js'
import type { Wire } from '../harness/contender.js'
import { countInstructions } from '../harness/instructions.js'
import type { LoadResult, Test } from '../harness/jobs.js'
import { entries, type Entry } from '../harness/registry.js'
import { number, type Report } from '../harness/report.js'

/** The longest load callgrind is asked to count: what an event costs does not change after that. */
const countedSize = 10_000

/** The bare loop on that wire. */
export const limitOn = (wire: Wire): Entry => ({ ...entries.find(each => each.kind === 'limit')!, wire })

/** Judges a ratio of CPU time; one that is too close to its bar for that is judged in instructions, without a JIT. */
export async function decide(report: Report, entry: Entry, id: BarId, test: Test, load: LoadResult | undefined, decoder: 'native' | 'none' = 'native'): Promise<void> {
  if (load === undefined || !isClose(id, load.ratio)) return report.judge(id, load?.ratio)
  const counted = { test, size: Math.min(load.size, countedSize) }
  const ours = await countInstructions(entry, counted, decoder)
  const theirs = await countInstructions(limitOn(entry.wire), counted)
  if (ours === undefined || theirs === undefined) return report.judge(id, load.ratio, 'close to its bar, and no instruction count')
  report.judge(id, ours / theirs, `by instructions, jitless; by CPU time ${number(load.ratio)}`)
}
