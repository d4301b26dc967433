import { run } from './lib/run.js'

// `npm run bench`: Sampan beside its peers. See bench/README.md for what is measured and how far to trust it.
const { code } = await run(process.execPath, ['--import', 'tsx', 'bench/run.ts', ...process.argv.slice(2)], { show: true })
process.exit(code)
