import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { packed } from '../../lib/beds.js'
import { exclusively } from '../../lib/exclusively.js'
import { contentHash } from '../../lib/hash.js'
import { installOnce } from '../../lib/install.js'
import { mustRun, root } from '../../lib/run.js'

const sample = 'samples/hello-uni'
const outputs = { 'mp-weixin': 'dist/build/mp-weixin', h5: 'dist/build/h5' }

/** uni-app's targets the sample is built for. */
export type UniTarget = keyof typeof outputs

/**
 * Builds hello-uni against the packed tarball of Sampan, unless neither has changed. Returns the folder of the build,
 * without a slash at the end.
 */
export async function buildUni(target: UniTarget): Promise<string> {
  const { sampan } = await packed()
  await installOnce(sample)
  return exclusively('sample-hello-uni', async () => {
    const output = `${root}${sample}/${outputs[target]}`
    const mark = `${root}.cache/hello-uni-${target}`
    const wanted = contentHash([...['src', 'index.html', 'vite.config.js', 'package.json', 'package-lock.json'].map(path => `${sample}/${path}`), 'build/.sources'])
    if (existsSync(output) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return output
    console.log(`Building hello-uni for ${target} …`)
    const modules = `${root}${sample}/node_modules`
    rmSync(`${modules}/sampan`, { recursive: true, force: true })
    mkdirSync(`${modules}/sampan`, { recursive: true })
    await mustRun('tar', ['-xzf', sampan, '-C', `${modules}/sampan`, '--strip-components=1'])
    for (const peer of ['rxjs', 'zod', 'tslib']) {
      if (!existsSync(`${modules}/${peer}`)) cpSync(`${root}node_modules/${peer}`, `${modules}/${peer}`, { recursive: true })
    }
    rmSync(output, { recursive: true, force: true })
    await mustRun('npm', ['run', `build:${target}`, '--loglevel=error'], { cwd: root + sample, env: { VITE_SAMPAN_GATEWAY: undefined } })
    mkdirSync(`${root}.cache`, { recursive: true })
    writeFileSync(mark, wanted)
    return output
  })
}
