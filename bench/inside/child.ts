import type { Job, Outcome } from '../harness/jobs.js'
import { compare } from './compare.js'
import { runForInstructions } from './instructions.js'
import { measureAllocation, measureKept, measurePeak } from './memory.js'

// Entry of the child processes: one job as JSON in the arguments, one outcome as the last line of the output.

/** Node's own HTTP parser is WebAssembly and cannot compile without a JIT. Nothing here needs it. */
process.on('unhandledRejection', error => {
  if (/WebAssembly/.test(String(error))) return
  finish({ ok: false, reason: `unhandled: ${describe(error)}` })
})

const describe = (error: unknown): string => error instanceof Error ? error.message.split('\n')[0]! : String(error)

async function run(job: Job): Promise<unknown> {
  switch (job.kind) {
    case 'compare': return compare(job)
    case 'instructions': return runForInstructions(job)
    case 'allocation': return measureAllocation(job)
    case 'peak': return measurePeak(job)
    case 'kept': return measureKept(job)
    case 'cold-start': return (await import('./cold-start.js')).measureColdStart(job)
    case 'app': return (await import('./app.js')).runApp(job)
    case 'workflow': return (await import('./workflow.js')).measureWorkflow(job)
    case 'set-data': return (await import('./set-data.js')).measureSetData()
  }
}

function finish(outcome: Outcome<unknown>): never {
  process.stdout.write(`\nOUTCOME ${JSON.stringify(outcome)}\n`, () => process.exit(0))
  return undefined as never
}

run(JSON.parse(process.argv[2]!) as Job).then(
  value => finish({ ok: true, value }),
  (error: unknown) => {
    if (process.env['BENCH_DEBUG']) console.error(error)
    finish({ ok: false, reason: describe(error) })
  }
)
