import { existsSync, readdirSync } from 'node:fs'
import { buildConcierge, hasConcierge } from './concierge.js'
import { checks } from './checks.js'
import { chromium, jsc, provide, redis, type ExternalTool } from './external-tools.js'
import { installOnce } from './install.js'
import { root, run, tool } from './run.js'
import { vitest, type Count } from './vitest.js'

/** One step of `npm test`. Adding a proof is adding an entry to {@link stages}, or a test file to a vitest project. */
export interface Stage {
  name: string
  /** Programs of the operating system without which it cannot run. */
  needs?: ExternalTool[]
  run(): Promise<Count>
}

const one = async (work: Promise<{ code: number; output: string }>): Promise<Count> => {
  const { code, output } = await work
  if (code !== 0) console.log(output)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] }
}

const tests = (name: string, needs?: ExternalTool[]): Stage => ({ name, needs, run: () => vitest([name]) })

export const stages: Stage[] = [
  ...checks.map(({ name, wants = [], run: check }) => ({
    name,
    async run() {
      for (const wanted of wants) await provide(wanted)
      const result = await check()
      if (result.failed) console.log(result.output)
      return result
    },
  })),
  { name: 'build', run: () => one(run(process.execPath, ['--import', 'tsx', 'scripts/build.ts'], { show: true })) },
  tests('chaos', [redis]),
  tests('package'),
  tests('bundle'),
  tests('hosts'),
  tests('jsc', [jsc]),
  { name: 'samples', run: samples },
  tests('browser', [chromium]),
]

/** Each sample is a project of its own: its types are checked in it, against the packed tarball. */
async function samples(): Promise<Count> {
  const total: Count = { passed: 0, failed: 0, skipped: [] }
  const add = async (work: Promise<{ code: number; output: string }>) => {
    const { passed, failed } = await one(work.catch((error: Error) => ({ code: 1, output: error.message })))
    total.passed += passed
    total.failed += failed
  }
  if (hasConcierge()) await add(buildConcierge('weapp').then(() => ({ code: 0, output: '' })))
  const folders = existsSync(`${root}samples`) ? readdirSync(`${root}samples`).map(name => `samples/${name}`) : []
  for (const folder of folders.filter(each => existsSync(`${root}${each}/package-lock.json`) && existsSync(`${root}${each}/tsconfig.json`))) {
    await installOnce(folder)
    const own = `${root}${folder}/node_modules/typescript/bin/tsc`
    await add(existsSync(own) ? run(process.execPath, [own, '--noEmit', '-p', 'tsconfig.json'], { cwd: root + folder }) : tool('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json'], { cwd: root + folder }))
  }
  return total
}
