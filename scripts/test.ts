import { provide } from './lib/external-tools.js'
import { stages } from './lib/stages.js'

// `npm test`: everything that proves Sampan works, in order. `npm test -- --only bundle,hosts` runs some of it.

const only = process.argv.find(each => each.startsWith('--only='))?.slice('--only='.length) ?? process.argv[process.argv.indexOf('--only') + 1 || Infinity]
const chosen = only ? stages.filter(({ name }) => only.split(',').includes(name)) : stages
if (chosen.length === 0) {
  console.error(`No such stage. There are: ${stages.map(({ name }) => name).join(', ')}`)
  process.exit(1)
}

const started = Date.now()
const isCi = process.env.CI === 'true'
let passed = 0
let failed = 0
const skipped: string[] = []
const table: string[] = []

for (const stage of chosen) {
  console.log(`\n── ${stage.name} ${'─'.repeat(Math.max(0, 70 - stage.name.length))}`)
  const begun = Date.now()
  const missing: string[] = []
  for (const needed of stage.needs ?? []) if (!(await provide(needed))) missing.push(needed.command)
  if (missing.length) {
    // Where a robot decides what lands, a proof that did not run is a failure.
    skipped.push(`stage "${stage.name}": ${missing.join(', ')} could not be found or installed`)
    if (isCi) failed += 1
    table.push(`${isCi ? 'FAILED ' : 'SKIPPED'} ${stage.name}`)
    continue
  }
  const result = await stage.run().catch((error: Error) => {
    console.log(error.stack)
    return { passed: 0, failed: 1, skipped: [] }
  })
  passed += result.passed
  failed += result.failed
  skipped.push(...result.skipped)
  table.push(`${result.failed ? 'FAILED ' : 'ok     '} ${stage.name.padEnd(24)} ${String(result.passed).padStart(5)} passed ${String(result.failed).padStart(3)} failed ${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s`)
}

console.log(`\n${table.join('\n')}\n${((Date.now() - started) / 1000).toFixed(0)} s in all`)
if (skipped.length) console.log(`\n!!! NOT RUN:\n${skipped.map(each => `!!!   ${each}`).join('\n')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exit(failed || passed === 0 ? 1 : 0)
