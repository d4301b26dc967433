import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { apps, type AppEntry } from '../harness/apps.js'
import { bundleByEsbuild, bundleByRollup, bundleFile } from '../harness/bundle.js'
import type { Options } from '../harness/options.js'
import { packageFolder } from '../harness/paths.js'
import type { Cell, Report } from '../harness/report.js'
import { runChild } from '../harness/spawn.js'

/** The apps a run is about: references always, ours and the peers as chosen. */
export const appsFor = (options: Options): AppEntry[] =>
  apps.filter(app => app.kind === 'reference' || options.entries.some(entry => entry.name === app.name))

/** W5: bytes of the smallest app that streams a chat with one tool, and of what a native page takes along. */
export async function measureBytes(options: Options, report: Report): Promise<void> {
  const rows: Cell[][] = []
  for (const app of appsFor(options)) {
    process.stderr.write(`  … ${app.name} bundles\r`)
    const byEsbuild = await sizes(() => bundleByEsbuild(app.name))
    const byRollup = await sizes(() => bundleByRollup(app.name))
    const runs = await verdictOf(app.name, byEsbuild, byRollup)
    rows.push([app.name, ...cells(byEsbuild), ...cells(byRollup), ...runs])
    report.raw[`bytes ${app.name}`] = { byEsbuild, byRollup, runs }
    if (app.kind === 'ours') {
      report.judge('app-esbuild', typeof byEsbuild === 'string' ? undefined : byEsbuild.gzip)
      report.judge('app-rollup', typeof byRollup === 'string' ? undefined : byRollup.gzip)
    }
  }
  report.addTable({
    title: 'W5 smallest app: one chat, one tool; ES2017, minified',
    columns: ['app', 'esbuild B', 'gzip', 'rollup+terser B', 'gzip', 'esbuild answers', 'rollup answers', 'bare context'],
    rows,
    notes: ['coze and cloudbase: chat only. Bare context: the language, timers and console, nothing of the web.']
  })
  if (options.entries.some(entry => entry.kind === 'ours')) measurePackage(report)
}

interface Sizes { min: number; gzip: number }

async function sizes(bundle: () => Promise<string>): Promise<Sizes | string> {
  try {
    const code = Buffer.from(await bundle())
    return { min: code.length, gzip: gzipSync(code, { level: 9 }).length }
  } catch (error) {
    return (error as Error).message.split('\n').slice(0, 2).join(' ')
  }
}

const cells = (result: Sizes | string): Cell[] => typeof result === 'string' ? [`out: ${result}`, ''] : [result.min, result.gzip]

async function verdictOf(app: string, byEsbuild: Sizes | string, byRollup: Sizes | string): Promise<Cell[]> {
  const ask = async (bundler: 'esbuild' | 'rollup', isBare: boolean): Promise<string> => {
    const { outcome } = await runChild({ kind: 'app', app, file: bundleFile(app, bundler), isBare }, { timeoutMs: 30_000 })
    return outcome.ok ? 'right' : `out: ${outcome.reason}`
  }
  return [
    typeof byEsbuild === 'string' ? '' : await ask('esbuild', false),
    typeof byRollup === 'string' ? '' : await ask('rollup', false),
    typeof byEsbuild === 'string' ? '' : await ask('esbuild', true)
  ]
}

/** What a native page requires, by following `require`, and the folder WeChat copies as it is. */
function measurePackage(report: Report): void {
  const folder = join(packageFolder, 'miniprogram_dist')
  // What the page of samples/hello-wechat requires: it describes its tools in JSON Schema.
  const doors = ['index.js', 'endpoints/openai.js', 'adapters/wechat.js', 'thread/device-store.js', 'view/behavior.js']
  const missing = doors.filter(door => !existsSync(join(folder, door)))
  const whole = existsSync(folder) ? sizeOf(folder) : undefined
  const reached = new Set<string>()
  for (const door of doors) if (!missing.includes(door)) follow(join(folder, door), reached)
  const page = missing.length > 0 ? undefined : [...reached].reduce((sum, file) => sum + statSync(file).size, 0)
  const note = missing.length > 0 ? `not built yet: ${missing.join(', ')}` : undefined
  report.judge('native-page', page, note)
  report.judge('phone-package', whole, note)
}

const sizeOf = (folder: string): number => readdirSync(folder, { withFileTypes: true })
  .reduce((sum, entry) => sum + (entry.isDirectory() ? sizeOf(join(folder, entry.name)) : statSync(join(folder, entry.name)).size), 0)

function follow(file: string, reached: Set<string>): void {
  if (reached.has(file)) return
  reached.add(file)
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/require\(["'](\.[^"']+)["']\)/g)) {
    const target = join(dirname(file), path!)
    const found = [target, `${target}.js`, join(target, 'index.js')].find(each => existsSync(each) && statSync(each).isFile())
    if (found !== undefined) follow(found, reached)
  }
}
