import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bed, packed, type Bed } from '../lib/beds.js'
import { mustRun, root, run } from '../lib/run.js'
import { doors, serverDoors, specifier } from '../pack/doors.js'

// An app that installs the packed packages as anyone would, compiled the ways people compile. It lives outside the
// repository: inside, whatever it lacks would be found in our own node_modules.

const app = mkdtempSync(join(realpathSync(tmpdir()), 'sampan-consumer-'))
afterAll(() => rmSync(app, { recursive: true, force: true }))
let tools: Bed

beforeAll(async () => {
  const [tarballs, opened] = await Promise.all([packed(), bed('package')])
  tools = opened
  writeFileSync(`${app}/package.json`, JSON.stringify({ name: 'consumer', private: true, type: 'module' }))
  const packages = [tarballs.sampan, tarballs.server].filter(file => existsSync(file))
  await mustRun('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...packages], { cwd: app })
  // What an app brings for the optional doors.
  for (const name of ['@types', 'react', 'vue', 'csstype', '@vue', 'undici-types', '@babel', 'entities', 'estree-walker', 'source-map-js', 'magic-string', 'postcss', 'nanoid', 'picocolors', '@jridgewell']) {
    if (existsSync(tools.file(name))) cpSync(tools.file(name), `${app}/node_modules/${name}`, { recursive: true })
  }
  writeFileSync(`${app}/app.ts`, appSource())
})

test('npm finds no problem with peers', async () => {
  const { output } = await run('npm', ['ls', 'sampan', 'rxjs', 'zod', '--loglevel=error'], { cwd: app })
  expect(output).not.toMatch(/UNMET|invalid|missing/)
  expect(output).toMatch(/sampan@/)
})

const compilers = [['TypeScript 6', () => `${root}node_modules/typescript/bin/tsc`], ['TypeScript 5.4', () => tools.file('typescript-5.4/bin/tsc')]] as const
const resolutions = { node10: 'ESNext', bundler: 'ESNext', nodenext: 'NodeNext' }

describe.each(compilers)('%s', (compiler, tsc) => {
  test.concurrent.each(Object.entries(resolutions))('reads every door with moduleResolution %s', async (moduleResolution, module) => {
    const config = `tsconfig-${moduleResolution}-${compiler.slice(-1)}.json`
    const compilerOptions = {
      strict: true, noEmit: true, skipLibCheck: false, target: 'ES2020', lib: ['ES2022', 'DOM', 'DOM.Iterable'], jsx: 'react-jsx', types: ['node'], module, moduleResolution,
      // TypeScript 6 wants to hear that we know the classic resolution is on its way out: mini-program templates still have it.
      ...(compiler === 'TypeScript 6' && moduleResolution === 'node10' ? { ignoreDeprecations: '6.0' } : {}),
    }
    writeFileSync(`${app}/${config}`, JSON.stringify({ compilerOptions, files: ['app.ts'] }))
    const { output } = await run(process.execPath, [tsc(), '-p', config, '--pretty', 'false'], { cwd: app })
    // skipLibCheck is off, so other packages are checked too; their complaints about a compiler are theirs.
    const ours = output.split('\n').filter(line => line.trim() && !/^node_modules\/(?!sampan|@sampan)/.test(line) && !/^\s/.test(line))
    expect(ours).toEqual([])
  })
})

test('Node loads every door it can run', async () => {
  const names = doors().map(({ name }) => name).filter(name => name !== 'view/behavior' && !name.startsWith('adapters/taro'))
  writeFileSync(`${app}/load.mjs`, names.map(name => `await import('${specifier(name)}')`).join('\n'))
  const { code, output } = await run(process.execPath, ['load.mjs'], { cwd: app })
  expect(code, output).toBe(0)
})

test('the testkit needs no test runner but the one it is handed', async () => {
  cpSync(`${root}scripts/package/testkit-consumer.mjs`, `${app}/testkit-consumer.mjs`)
  const { code, output } = await run(process.execPath, ['--test', '--test-reporter=tap', 'testkit-consumer.mjs'], { cwd: app })
  expect(code, output).toBe(0)
  expect(output).toMatch(/# fail 0\n/)
  expect(Number(output.match(/# pass (\d+)/)?.[1])).toBeGreaterThan(30)
})

test('the command sampan runs where @sampan/server is installed, and else says how to install it', async () => {
  const { code, output } = await run('npx', ['--no-install', 'sampan', '--help'], { cwd: app })
  expect([code, output]).toEqual([0, expect.stringContaining('sampan gateway')])
  mkdirSync(`${app}/alone/node_modules`, { recursive: true })
  cpSync(`${app}/node_modules/sampan`, `${app}/alone/node_modules/sampan`, { recursive: true })
  renameSync(`${app}/node_modules/@sampan`, `${app}/node_modules/.sampan-away`)
  const alone = await run(process.execPath, ['node_modules/sampan/bin/sampan.js', '--help'], { cwd: `${app}/alone` }).finally(() => renameSync(`${app}/node_modules/.sampan-away`, `${app}/node_modules/@sampan`))
  expect([alone.code, alone.output]).toEqual([1, expect.stringContaining('npm install --save-dev @sampan/server')])
  expect(readFileSync(`${app}/node_modules/sampan/bin/sampan.js`, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
})

function appSource(): string {
  // The gateway is not for node10: without `exports` a package in a scope of its own still resolves by path.
  const all = [...doors().map(({ name }) => specifier(name)), ...serverDoors().map(({ name }) => specifier(name, '@sampan/server'))]
  const imports = all.map((name, index) => `import * as door${index} from '${name}'`)
  const has = (name: string) => all.includes(name)
  return `${imports.join('\n')}
export const used = [${all.map((_, index) => `door${index}`).join(', ')}]
${has('sampan/zod') ? zodUse : ''}
${has('sampan') ? toolUse : ''}
`
}

const zodUse = `
import * as z from 'sampan/zod'
import { z as sameZ } from 'sampan/zod'
const schema = z.object({ keyword: z.string(), count: z.optional(z.int()) })
type Search = z.infer<typeof schema> & sameZ.infer<typeof schema>
export const sameObject: typeof z.object = sameZ.object
export const search: Search = { keyword: '美式' }
// @ts-expect-error a number is no keyword
export const wrong: Search = { keyword: 1 }
`

const toolUse = `
import { defineTool } from 'sampan'
export const tool = defineTool({
  name: 'findDrinks', description: 'Searches the menu.', input: schema,
  execute: ({ keyword, count }) => {
    const typed: [string, number | undefined] = [keyword, count]
    return typed
  },
})
// @ts-expect-error the arguments have no such field
defineTool({ name: 'bad', description: '', input: schema, execute: ({ colour }) => colour })
`
