import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { installOnce } from './install.js'
import { mustRun, root } from './run.js'

export type BedName = 'package' | 'packer' | 'portkey' | 'exparser' | 'quickjs' | 'typings'

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
  await installOnce(folder)
  return { folder, require: createRequire(`${root}${folder}/package.json`), file: path => `${root}${folder}/node_modules/${path}` }
}

/** Builds the packages unless `build/` is up to date, and returns the tarballs. */
export async function packed(): Promise<{ sampan: string; server: string }> {
  await mustRun(process.execPath, ['--import', 'tsx', 'scripts/build.ts', '--if-needed'])
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  return { sampan: `${root}build/sampan-${version}.tgz`, server: `${root}build/sampan-server-${version}.tgz` }
}
