import { PerformanceObserver } from 'node:perf_hooks'
import type { Answer, Contender } from '../harness/contender.js'
import type { AllocationJob, AllocationResult, KeptJob, KeptResult, PeakJob, PeakResult } from '../harness/jobs.js'
import { createTrack, enterArena, type Track } from './setup.js'

const heapUsed = (): number => process.memoryUsage().heapUsed

function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void }
  if (gc === undefined) throw new Error('needs --expose-gc')
  gc()
  gc()
}

/**
 * Bytes allocated, exactly: the young generation is so large that nothing is collected meanwhile, so the growth of
 * the heap is what was allocated. A collection in the window makes the figure worthless and is an error.
 */
export async function measureAllocation(job: AllocationJob): Promise<AllocationResult> {
  let collections = 0
  const observer = new PerformanceObserver(list => { collections += list.getEntries().length })
  const arena = await enterArena(job)
  const track = createTrack(arena.feed, job.wire, job.load)
  track.enter()
  const measure = async (contender: Contender): Promise<number> => {
    for (let i = 0; i < 20; i++) track.check(await track.prepare(contender)())
    const run = track.prepare(contender)
    collectGarbage()
    await pause()
    observer.observe({ entryTypes: ['gc'] })
    collections = 0
    const before = heapUsed()
    const answer = await run()
    const used = heapUsed() - before
    await pause()
    observer.disconnect()
    if (collections > 0) throw new Error(`${collections} garbage collections while counting`)
    track.check(answer)
    return used * 1000 / track.fixture.deltas
  }
  const limitBytesPerThousand = await measure(arena.limit)
  return { limitBytesPerThousand, bytesPerThousand: await measure(arena.contender) }
}

/** The largest heap right after a forced collection, at 16 points of a long answer, above what was there before. */
export async function measurePeak(job: PeakJob): Promise<PeakResult> {
  const arena = await enterArena(job)
  const warmUp = createTrack(arena.feed, job.wire, { test: 'chat', size: 1000 })
  warmUp.enter()
  for (let i = 0; i < 5; i++) warmUp.check(await warmUp.prepare(arena.contender)())
  const track = createTrack(arena.feed, job.wire, { test: 'chat', size: job.deltas })
  track.enter()
  collectGarbage()
  await pause()
  collectGarbage()
  const before = heapUsed()
  let peakBytes = 0
  arena.feed.onRead = (index, total) => {
    if (index === 0 || index % Math.ceil(total / 16) !== 0) return
    collectGarbage()
    peakBytes = Math.max(peakBytes, heapUsed() - before)
  }
  const held = await runAndHold(track, arena.contender)
  arena.feed.onRead = undefined
  await pause()
  collectGarbage()
  const heldBytes = heapUsed() - before
  track.check(held.answer!)
  held.answer = undefined
  collectGarbage()
  return { peakBytes, heldBytes, droppedBytes: heapUsed() - before }
}

/** In a function of its own, so that no stack slot keeps the run alive. */
async function runAndHold(track: Track, contender: Contender): Promise<{ answer: Answer | undefined }> {
  return { answer: await track.prepare(contender)() }
}

/** What is still there after many short runs, per run. */
export async function measureKept(job: KeptJob): Promise<KeptResult> {
  const arena = await enterArena(job)
  const track = createTrack(arena.feed, job.wire, { test: 'chat', size: job.deltas })
  track.enter()
  const repeat = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) track.check(await track.prepare(arena.contender)())
    await pause()
    collectGarbage()
    await pause()
    collectGarbage()
  }
  await repeat(job.warmUpRuns)
  const before = heapUsed()
  await repeat(job.runs)
  return { bytesPerRun: (heapUsed() - before) / job.runs }
}

const pause = (): Promise<void> => new Promise(resolve => setTimeout(resolve, 20))
