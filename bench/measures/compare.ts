import type { CompareResult, Load, LoadResult, Outcome } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Cell } from '../harness/report.js'
import type { Entry } from '../harness/registry.js'
import { runChild } from '../harness/spawn.js'

export type Mode = 'jit' | 'jitless'

/** One contender in a process of its own, against the bare loop, on a list of loads. */
export async function compareInChild(entry: Entry, mode: Mode, loads: Load[], options: Options, decoder: 'native' | 'none' = 'native'): Promise<Outcome<CompareResult>> {
  process.stderr.write(`  … ${entry.name} ${loads[0]!.test} ${mode}\r`)
  const job = { kind: 'compare' as const, contender: entry.name, wire: entry.wire, decoder, loads, ...options.sampling }
  const { outcome } = await runChild<CompareResult>(job, { nodeFlags: mode === 'jitless' ? ['--jitless'] : [] })
  process.stderr.write(`${' '.repeat(60)}\r`)
  return outcome
}

/**
 * How cost grows with size, 1 being linear: from the ratios to the bare loop, so that a machine that slows down
 * half-way does not show up as growth.
 */
export function growth(small: LoadResult | undefined, large: LoadResult | undefined): number | undefined {
  if (small === undefined || large === undefined || small === large) return undefined
  return 1 + Math.log(large.ratio / small.ratio) / Math.log(large.deltas / small.deltas)
}

export const bySize = (outcome: Outcome<CompareResult> | undefined, size: number): LoadResult | undefined =>
  outcome?.ok ? outcome.value.loads.find(load => load.size === size) : undefined

/** A row of ratios, or why there are none. */
export function row(entry: Entry, outcome: Outcome<CompareResult>, sizes: readonly number[], more: readonly Cell[]): Cell[] {
  if (!outcome.ok) return [entry.name, `out: ${outcome.reason}`]
  return [entry.name, ...sizes.map((size): Cell => bySize(outcome, size)?.ratio ?? ''), ...more]
}
