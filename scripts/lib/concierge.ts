import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { packed } from './beds.js'
import { exclusively } from './exclusively.js'
import { contentHash } from './hash.js'
import { installOnce } from './install.js'
import { mustRun, root } from './run.js'

const sample = 'samples/concierge-taro'

export const hasConcierge = () => existsSync(`${root}${sample}/package-lock.json`)

/**
 * Builds the concierge for one of Taro's targets against the packed tarball of Sampan, unless neither has changed.
 * Returns the folder of the build.
 */
export async function buildConcierge(target: 'h5' | 'weapp'): Promise<string> {
  const { sampan } = await packed()
  await installOnce(sample)
  const output = `${root}${sample}/dist/${target}`
  const mark = `${root}.cache/concierge-${target}`
  const wanted = contentHash([...['src', 'config', 'package-lock.json', 'package.json', 'babel.config.js', 'tsconfig.json'].map(path => `${sample}/${path}`), 'build/.sources'])
  return exclusively('concierge', async () => {
    if (existsSync(output) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return output
    console.log(`Building the concierge for ${target} …`)
    await unpackInto(`${root}${sample}/node_modules`, sampan)
    rmSync(output, { recursive: true, force: true })
    await mustRun('npm', ['run', `build:${target}`, '--loglevel=error'], { cwd: root + sample, env: { SAMPAN_GATEWAY: undefined } })
    writeFileSync(mark, wanted)
    return output
  })
}

/** Puts the tarball and its peers where `npm install` would, without asking a registry. */
async function unpackInto(modules: string, tarball: string): Promise<void> {
  rmSync(`${modules}/sampan`, { recursive: true, force: true })
  mkdirSync(`${modules}/sampan`, { recursive: true })
  await mustRun('tar', ['-xzf', tarball, '-C', `${modules}/sampan`, '--strip-components=1'])
  for (const peer of ['rxjs', 'zod', 'tslib']) {
    if (!existsSync(`${modules}/${peer}`)) cpSync(`${root}node_modules/${peer}`, `${modules}/${peer}`, { recursive: true })
  }
}
