import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { contentHash } from '../lib/hash.js'
import { root } from '../lib/run.js'

const mark = `${root}build/.sources`
/** Everything the build reads. Tests are part of it only because telling them apart is not worth the code. */
const inputs = ['sdk', 'adapters', 'scripts/pack', 'scripts/build.ts', 'rollup.config.ts', 'package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'CHANGELOG.md', 'LICENSE']

/** A fingerprint of the sources as they are now. */
export const sourceHash = () => contentHash(inputs)

/** Whether `build/` was made from these sources. */
export const isFresh = (hash: string) => existsSync(mark) && readFileSync(mark, 'utf8') === hash

export const markFresh = (hash: string) => writeFileSync(mark, hash)
