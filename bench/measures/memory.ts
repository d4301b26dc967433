import type { AllocationResult, Job, KeptResult, Outcome, PeakResult } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Entry } from '../harness/registry.js'
import type { Cell, Report } from '../harness/report.js'
import { median } from '../inside/compare.js'
import { runChild } from '../harness/spawn.js'

/** A young generation that never fills: nothing is collected, so the growth of the heap is what was allocated. */
const roomy = ['--min-semi-space-size=2048', '--max-semi-space-size=2048', '--max-old-space-size=8192', '--expose-gc']
const collectable = ['--expose-gc']

/** W6: bytes allocated per 1,000 deltas, the largest live heap over a long answer, what short runs leave behind. */
export async function measureMemory(options: Options, report: Report): Promise<void> {
  const rows: Cell[][] = []
  for (const entry of options.entries) {
    process.stderr.write(`  … ${entry.name} memory\r`)
    const allocation = await run<AllocationResult>(entry, { kind: 'allocation', load: { test: 'chat', size: 1000 } }, roomy)
    const isLong = !(options.isQuick && entry.kind === 'peer')
    const peak = isLong ? await run<PeakResult>(entry, { kind: 'peak', deltas: 50_000 }, collectable) : undefined
    const kept = await repeatKept(entry, options.isQuick ? 1 : 3, options.isQuick && entry.kind === 'peer' ? 200 : 1000)
    const ratio = allocation.ok ? allocation.value.bytesPerThousand / allocation.value.limitBytesPerThousand : undefined
    report.raw[`memory ${entry.name}`] = { allocation, peak, kept }
    rows.push([entry.name, ...allocationCells(allocation, ratio), ...peakCells(peak), kept ?? ''])
    if (entry.kind === 'ours') {
      report.judge('allocation', ratio)
      report.judge('peak', peak?.ok ? peak.value.peakBytes : undefined)
      report.judge('kept', kept)
    }
  }
  report.addTable({
    title: 'W6 memory',
    columns: ['contender', 'kB allocated / 1k deltas', '× limit', 'peak live heap kB, 50,000', 'held after end kB', 'after drop kB', 'B kept / short run'],
    rows,
    notes: ['Kept per short run: 1,000 runs of 20 deltas after 300 to warm up; noise ±200 B. After drop: noise up to ±260 kB.']
  })
}

const allocationCells = (allocation: Outcome<AllocationResult>, ratio: number | undefined): Cell[] =>
  allocation.ok ? [allocation.value.bytesPerThousand / 1000, ratio ?? ''] : [`out: ${allocation.reason}`, '']

const peakCells = (peak: Outcome<PeakResult> | undefined): Cell[] =>
  peak?.ok ? [peak.value.peakBytes / 1000, peak.value.heldBytes / 1000, peak.value.droppedBytes / 1000] : [peak === undefined ? '' : `out: ${peak.reason}`, '', '']

/** A part of a job: the rest is who it is about. */
type Part<T> = T extends Job ? Omit<T, 'contender' | 'wire' | 'decoder'> : never

async function run<T>(entry: Entry, job: Part<Job>, nodeFlags: readonly string[]): Promise<Outcome<T>> {
  return (await runChild<T>({ ...job, contender: entry.name, wire: entry.wire } as Job, { nodeFlags })).outcome
}

async function repeatKept(entry: Entry, times: number, runs: number): Promise<number | undefined> {
  const values: number[] = []
  for (let i = 0; i < times; i++) {
    const outcome = await run<KeptResult>(entry, { kind: 'kept', warmUpRuns: 2000, runs, deltas: 20 }, collectable)
    if (outcome.ok) values.push(outcome.value.bytesPerRun)
  }
  return values.length === 0 ? undefined : median(values)
}
