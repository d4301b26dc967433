import type { Outcome, WorkflowResult } from '../harness/jobs.js'
import type { Options } from '../harness/options.js'
import type { Report } from '../harness/report.js'
import { runChild } from '../harness/spawn.js'

const sizes = [10, 100, 1000]

/** W8: what a step of a workflow costs, and whether it costs more where there are many. */
export async function measureWorkflow(options: Options, report: Report): Promise<void> {
  if (!options.entries.some(entry => entry.kind === 'ours')) return
  const { pairs, sampleMs } = options.sampling
  const outcomes: [string, Outcome<WorkflowResult>][] = []
  for (const mode of ['jit', 'jitless'] as const) {
    const { outcome } = await runChild<WorkflowResult>({ kind: 'workflow', sizes, pairs, sampleMs }, { nodeFlags: mode === 'jitless' ? ['--jitless'] : [] })
    report.raw[`workflow ${mode}`] = outcome
    report.judge('workflow-growth', growthOf(outcome), mode)
    outcomes.push([mode, outcome])
  }
  report.addTable({
    title: 'W8 a workflow of n steps, CPU ms per 1,000 steps',
    columns: ['mode', ...sizes.map(size => size.toLocaleString('en-US')), 'exponent 10→1,000'],
    rows: outcomes.map(([mode, outcome]) => (outcome.ok ? [mode, ...outcome.value.sizes.map(({ msPerStep }) => msPerStep * 1000), growthOf(outcome) ?? ''] : [mode, `out: ${outcome.reason}`])),
    notes: ['One step after the other, checkpoints in memory. An exponent of 1 is linear.']
  })
}

function growthOf(outcome: Outcome<WorkflowResult>): number | undefined {
  if (!outcome.ok) return undefined
  const [small, , large] = outcome.value.sizes
  return 1 + Math.log(large!.msPerStep / small!.msPerStep) / Math.log(large!.steps / small!.steps)
}
