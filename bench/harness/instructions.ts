import { spawnSync } from 'node:child_process'
import type { Entry } from './registry.js'
import type { Load } from './jobs.js'
import { runChild } from './spawn.js'

let available: boolean | undefined

/** Whether callgrind can be used. Says so loudly, once, if it cannot. */
export function hasCallgrind(): boolean {
  if (available === undefined) {
    available = spawnSync('valgrind', ['--version']).status === 0
    if (!available) console.log('\n!! valgrind is not installed: no instruction counts. Figures close to a bar are only as good as CPU time is (±10 %).')
  }
  return available
}

const under = ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']
/** One thread and fixed seeds: the same run then counts the same to about 0.1 %. */
const nodeFlags = ['--jitless', '--single-threaded', '--hash-seed=1', '--random-seed=1']
/** Room for all that such runs allocate: where collections fall moves a count by more than some differences are. */
const roomy = ['--min-semi-space-size=256', '--max-semi-space-size=256']
const isSmall = ({ test }: Load): boolean => test === 'plain' || test === 'logged' || test === 'resumed'
const cache = new Map<string, Promise<number | undefined>>()

/** Millions of instructions for 1,000 deltas without a JIT: many runs minus one, so that loading is not in it. */
export function countInstructions(entry: Entry, load: Load, decoder: 'native' | 'none' = 'native'): Promise<number | undefined> {
  const key = JSON.stringify([entry.name, entry.wire, load, decoder])
  const known = cache.get(key)
  if (known !== undefined) return known
  const counting = count(entry, load, decoder)
  cache.set(key, counting)
  return counting
}

async function count(entry: Entry, load: Load, decoder: 'native' | 'none'): Promise<number | undefined> {
  if (!hasCallgrind()) return undefined
  // Where a collection falls differs from process to process; over nine runs that is below one per cent.
  const many = entry.kind === 'peer' ? 3 : 9
  const once = await least(entry, load, decoder, 1, many)
  const often = await least(entry, load, decoder, many, many)
  if (once === undefined || often === undefined) return undefined
  return (often.collected - once.collected) / (many - 1) / once.deltas * 1000 / 1e6
}

/** V8 decides by the clock when it collects, so a busy machine adds collections now and then, and never takes one away. */
async function least(...run: Parameters<typeof runOnce>): ReturnType<typeof runOnce> {
  const first = await runOnce(...run)
  const second = first && (await runOnce(...run))
  return second && second.collected < first!.collected ? second : first
}

async function runOnce(entry: Entry, load: Load, decoder: 'native' | 'none', runs: number, prepared: number): Promise<{ collected: number; deltas: number } | undefined> {
  const job = { kind: 'instructions' as const, contender: entry.name, wire: entry.wire, decoder, load, runs, prepared }
  const { outcome, stderr } = await runChild<{ deltas: number }>(job, { under, nodeFlags: isSmall(load) ? nodeFlags.concat(roomy) : nodeFlags, timeoutMs: 900_000 })
  const collected = Number(/Collected : (\d+)/.exec(stderr)?.[1])
  if (outcome.ok && collected > 0) return { collected, deltas: outcome.value.deltas }
  console.log(`!! no instruction count for ${entry.name}: ${outcome.ok ? 'callgrind said nothing' : outcome.reason}`)
  return undefined
}
