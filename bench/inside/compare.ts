import type { Answer, Contender } from '../harness/contender.js'
import type { CompareJob, CompareResult, LoadResult } from '../harness/jobs.js'
import { createTrack, enterArena, type Arena, type Track } from './setup.js'

/** CPU of this process in ms, user and system, all threads. */
export function cpuMs(): number {
  const usage = process.cpuUsage()
  return (usage.user + usage.system) / 1000
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Contender and bare loop in turn, on the same bytes, equally long samples; the median of the pairwise ratios. */
export async function compare(job: CompareJob): Promise<CompareResult> {
  const arena = await enterArena(job)
  const first = job.loads[0]!
  const isTool = first.test === 'tool' || first.test === 'follow'
  const warmUp = createTrack(arena.feed, job.wire, { ...first, size: isTool ? 2000 : 1000 })
  const firstRunMs = await sample(warmUp, arena.contender, 1)
  await warm(warmUp, arena, Math.min(job.budgetMs / 4, 400))
  const loads: LoadResult[] = []
  for (const load of job.loads) {
    const track = createTrack(arena.feed, job.wire, load)
    loads.push({ size: load.size, deltas: track.fixture.deltas, ...await alternate(track, arena, job) })
  }
  arena.contender.close?.()
  return { loads, firstRunMs }
}

/** CPU in ms of `count` runs. Preparation and checking are outside. */
async function sample(track: Track, contender: Contender, count: number): Promise<number> {
  track.enter()
  const runs = Array.from({ length: count }, () => track.prepare(contender))
  const answers: Answer[] = []
  const start = cpuMs()
  for (const run of runs) answers.push(await run())
  const used = cpuMs() - start
  answers.forEach(track.check)
  return used
}

async function warm(track: Track, { contender, limit }: Arena, ms: number): Promise<void> {
  for (const side of [limit, contender]) {
    for (let used = 0; used < ms;) used += await sample(track, side, 1)
  }
}

async function alternate(track: Track, { contender, limit }: Arena, job: CompareJob): Promise<Omit<LoadResult, 'size' | 'deltas'>> {
  const repeats = (onceMs: number): number => Math.max(1, Math.round(job.sampleMs / Math.max(onceMs, 0.05)))
  const onceMs = await sample(track, contender, 1)
  const limitOnceMs = await sample(track, limit, 1)
  const runs = repeats(onceMs)
  const limitRuns = repeats(limitOnceMs)
  const ratios: number[] = []
  const costs: number[] = []
  const limitCosts: number[] = []
  for (let used = onceMs; ratios.length < job.pairs && (ratios.length < 1 || used < job.budgetMs);) {
    const limitMs = await sample(track, limit, limitRuns) / limitRuns
    const ms = await sample(track, contender, runs) / runs
    ratios.push(ms / limitMs)
    costs.push(ms)
    limitCosts.push(limitMs)
    used += ms * runs + limitMs * limitRuns
  }
  const perThousand = 1000 / track.fixture.deltas
  return { ratio: median(ratios), ratios, msPerThousand: median(costs) * perThousand, limitMsPerThousand: median(limitCosts) * perThousand }
}
