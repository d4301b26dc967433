import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { exclusively } from './exclusively.js'
import { contentHash } from './hash.js'
import { mustRun, root } from './run.js'

export type BedName = 'package' | 'packer' | 'exparser' | 'quickjs' | 'browser'

/** A test bed: tools too heavy for the root install, with a lock file of their own. */
export interface Bed {
  /** From the repository's root, without a slash at the end. */
  folder: string
  /** Loads a package of the bed. */
  require: NodeJS.Require
  /** A file in the bed's node_modules. */
  file(path: string): string
}

/** Opens a test bed, installing it when it is missing or its lock file has changed. */
export async function bed(name: BedName): Promise<Bed> {
  const folder = `scripts/beds/${name}`
  const mark = `${root}${folder}/node_modules/.installed`
  const wanted = contentHash([`${folder}/package-lock.json`])
  await exclusively(`bed-${name}`, async () => {
    if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return
    console.log(`Installing the test bed "${name}" (once) …`)
    await mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root + folder })
    writeFileSync(mark, wanted)
  })
  return { folder, require: createRequire(`${root}${folder}/package.json`), file: path => `${root}${folder}/node_modules/${path}` }
}

/** Builds the packages unless `build/` is up to date, and returns the tarballs. */
export async function packed(): Promise<{ sampan: string; server: string }> {
  await mustRun(process.execPath, ['--import', 'tsx', 'scripts/build.ts', '--if-needed'])
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  return { sampan: `${root}build/sampan-${version}.tgz`, server: `${root}build/sampan-server-${version}.tgz` }
}
