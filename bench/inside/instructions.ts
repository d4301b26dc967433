import type { InstructionsJob } from '../harness/jobs.js'
import { createTrack, enterArena } from './setup.js'

/**
 * Runs a fixture so many times, for callgrind to count. The same number is prepared however many are run, so that the
 * difference between two processes is runs and nothing else.
 */
export async function runForInstructions(job: InstructionsJob): Promise<{ deltas: number }> {
  const arena = await enterArena(job)
  const track = createTrack(arena.feed, job.wire, job.load)
  track.enter()
  const runs = Array.from({ length: job.prepared }, () => track.prepare(arena.contender))
  for (const run of runs.slice(0, job.runs)) track.check(await run())
  arena.contender.close?.()
  return { deltas: track.fixture.deltas }
}
