import { createRunContext } from 'sampan'
import { createFlow, defineStep, defineWorkflow, type Flow } from 'sampan/workflow'
import type { WorkflowJob, WorkflowResult } from '../harness/jobs.js'
import { cpuMs, median } from './compare.js'

/** What a step of a workflow costs, by how many there are: sizes in turn, so that a machine that slows down slows all of them. */
export async function measureWorkflow({ sizes, pairs, sampleMs }: WorkflowJob): Promise<WorkflowResult> {
  const runs = sizes.map(steps => ({ steps, run: workflowOf(steps) }))
  const costs = runs.map((): number[] => [])
  for (const { run } of runs) for (let used = 0; used < sampleMs;) used += await sample(run, 1)
  for (let pair = 0; pair < pairs; pair++) {
    for (const [index, { steps, run }] of runs.entries()) {
      const repeats = Math.max(1, Math.ceil(sampleMs / Math.max(await sample(run, 1), 0.05)))
      costs[index]!.push(await sample(run, repeats) / repeats / steps)
    }
  }
  return { sizes: runs.map(({ steps }, index) => ({ steps, msPerStep: median(costs[index]!) })) }
}

/** A flow of one step after the other, each a function, over checkpoints and a ledger in memory. */
function workflowOf(steps: number): () => Promise<void> {
  const increase = defineStep({ name: 'increase', replay: 'idempotent', execute: (n: number) => n + 1 })
  let flow: Flow<number, number> = createFlow<number>()
  for (let step = 0; step < steps; step++) flow = flow.then(increase)
  const agent = defineWorkflow({ name: 'bench', flow })
  const input = { threadId: 'thread', runId: 'run', messages: [], tools: [], context: [], state: {}, forwardedProps: { input: 0 } }
  return () =>
    new Promise((resolve, reject) => {
      let result: unknown
      agent(input, createRunContext()).subscribe({
        next: event => {
          if (event.type === 'RUN_FINISHED') result = event.result
        },
        error: reject,
        complete: () => (result === steps ? resolve() : reject(new Error(`the result of ${steps} steps is ${JSON.stringify(result)}`)))
      })
    })
}

async function sample(run: () => Promise<void>, count: number): Promise<number> {
  const start = cpuMs()
  for (let i = 0; i < count; i++) await run()
  return cpuMs() - start
}
