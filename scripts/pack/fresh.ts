import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { contentHash } from '../lib/hash.js'
import { root } from '../lib/run.js'

const mark = `${root}build/.sources`
/** Everything the build reads. Tests are part of it only because telling them apart is not worth the code. */
const inputs = ['sdk', 'adapters', 'scripts/pack', 'scripts/build.ts', 'rollup.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'CHANGELOG.md', 'LICENSE']

/** Whether `build/` was made from the sources as they are. */
export const isFresh = () => existsSync(mark) && readFileSync(mark, 'utf8') === contentHash(inputs)

export function markFresh(): void {
  mkdirSync(`${root}build`, { recursive: true })
  writeFileSync(mark, contentHash(inputs))
}
