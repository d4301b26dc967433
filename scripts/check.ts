import { checks } from './lib/checks.js'

// `npm run check`: types, lint, house rules and unit tests; no build. All at once: the machine has more than one core.
let failed = 0
await Promise.all(checks.map(async check => {
  const result = await check.run()
  failed += result.failed
  if (result.failed) console.log(result.output)
  console.log(`${result.failed ? 'FAILED' : 'ok    '} ${check.name} (${result.passed} passed, ${result.failed} failed, ${result.seconds.toFixed(1)} s)`)
}))
process.exit(failed ? 1 : 0)
