import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { exclusively } from './exclusively.js'
import { contentHash } from './hash.js'
import { mustRun, root } from './run.js'

/** Runs `npm ci` in a folder of the repository when its packages are missing or its lock file has changed since. */
export async function installOnce(folder: string): Promise<void> {
  const mark = `${root}${folder}/node_modules/.installed`
  await exclusively(`install-${folder.replaceAll('/', '-')}`, async () => {
    const wanted = contentHash([`${folder}/package-lock.json`])
    if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return
    console.log(`Installing what ${folder} needs (once) …`)
    await mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root + folder })
    writeFileSync(mark, wanted)
  })
}
