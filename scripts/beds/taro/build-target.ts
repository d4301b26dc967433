import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { packed } from '../../lib/beds.js'
import { exclusively } from '../../lib/exclusively.js'
import { contentHash } from '../../lib/hash.js'
import { installOnce } from '../../lib/install.js'
import { mustRun, root } from '../../lib/run.js'

const bed = 'scripts/beds/taro'
const sample = 'samples/concierge-taro'
const sources = ['src', 'config', 'babel.config.js', 'tsconfig.json', 'package.json', 'project.config.json']

/** Taro's targets that build from npm alone. */
export const TARO_TARGETS = ['weapp', 'h5', 'alipay', 'tt', 'swan', 'qq', 'jd'] as const
export type TaroTarget = (typeof TARO_TARGETS)[number]

/**
 * Builds the concierge for one of Taro's targets against the packed tarball of Sampan, with the tools of this bed, unless
 * neither has changed. Returns the folder of the build, without a slash at the end.
 */
export async function buildTaroTarget(target: TaroTarget): Promise<string> {
  const { sampan } = await packed()
  await installOnce(bed)
  return exclusively('bed-taro', async () => {
    const home = `${root}.cache/taro`
    const output = `${home}/app/dist/${target}`
    const mark = `${home}/${target}.built`
    const wanted = contentHash([...sources.map(path => `${sample}/${path}`), `${bed}/package-lock.json`, 'build/.sources'])
    if (existsSync(output) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return output
    console.log(`Building the concierge for ${target} …`)
    await placeApp(home, sampan)
    rmSync(output, { recursive: true, force: true })
    await mustRun(process.execPath, [`${root}${bed}/node_modules/@tarojs/cli/bin/taro`, 'build', '--type', target, '--no-check'], {
      cwd: `${home}/app`,
      env: { TARO_OUT: `dist/${target}`, NODE_ENV: 'production', SAMPAN_GATEWAY: undefined },
    })
    writeFileSync(mark, wanted)
    return output
  })
}

/** The sample beside the bed's packages, with Sampan as an install would have it. */
async function placeApp(home: string, tarball: string): Promise<void> {
  const app = `${home}/app`
  for (const name of sources) rmSync(`${app}/${name}`, { recursive: true, force: true })
  rmSync(`${app}/node_modules`, { recursive: true, force: true })
  mkdirSync(`${app}/node_modules/sampan`, { recursive: true })
  for (const name of sources) cpSync(`${root}${sample}/${name}`, `${app}/${name}`, { recursive: true })
  if (!existsSync(`${home}/node_modules`)) symlinkSync(`${root}${bed}/node_modules`, `${home}/node_modules`)
  await mustRun('tar', ['-xzf', tarball, '-C', `${app}/node_modules/sampan`, '--strip-components=1'])
}
