import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { build as esbuild } from 'esbuild'
import { rollup } from 'rollup'
import { minify } from 'terser'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { en, zh } from '../../sdk/strings.js'
import { packed } from '../lib/beds.js'
import { phoneFiles, reachableFrom } from '../lib/phone-files.js'
import { root } from '../lib/run.js'
import { doors } from '../pack/doors.js'

// Size is a feature: the budgets, in bytes. A kB is 1000 bytes.

const folder = `${root}.cache/apps`
const rows: string[] = []
let shares = ''

beforeAll(async () => {
  await packed()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(`${folder}/node_modules`, { recursive: true })
  symlinkSync(`${root}build/sampan`, `${folder}/node_modules/sampan`, 'junction')
  writeFileSync(`${folder}/smallest.js`, smallest)
  writeFileSync(`${folder}/smallest-zod-mini.js`, smallest.replace('sampan/zod', 'zod/mini'))
  writeFileSync(`${folder}/stored.js`, withStore)
  writeFileSync(`${folder}/flow.js`, withFlow)
})
afterAll(() => console.log(['', 'bytes'.padStart(9) + 'gzip'.padStart(9) + 'brotli'.padStart(9), ...rows, '', shares, ''].join('\n')))

/** One chat with one tool, as a page writes it. */
const smallest = `
import { createAgent, createThread, defineTool, connect } from 'sampan'
import { openai } from 'sampan/endpoints/openai'
import { wechatPlatform } from 'sampan/adapters/wechat'
import * as z from 'sampan/zod'

const platform = wechatPlatform()
const gateway = connect({ platform, url: 'https://ai.example.com' })
const findDrinks = defineTool({
  name: 'findDrinks',
  description: 'Searches the menu.',
  input: z.object({ keyword: z.string() }),
  execute: ({ keyword }) => [keyword],
})
const agent = createAgent({ model: openai({ connection: gateway, model: 'default' }), tools: [findDrinks], instructions: 'You are a barista.' })
const thread = createThread({ agent, platform, id: 'barista' })
thread.on('text', delta => console.log(delta))
thread.messages$.subscribe(messages => console.log(messages))
thread.send('来一杯冰拿铁')
`

/** The same, found again after the app was killed. */
const withStore = `import { deviceStore } from 'sampan/thread/device-store'${smallest.replace("id: 'barista' }", "id: 'barista', store: deviceStore() }")}`

/** The smallest with an approval, a budget and a workflow of its tool, an agent and a question. */
const withFlow = `
import { budget } from 'sampan/middleware/budget'
import { createFlow, defineWorkflow } from 'sampan/workflow'
${smallest.replace("execute: ({ keyword }) => [keyword],", "execute: ({ keyword }) => [keyword],\n  approval: 'ask',").replace('tools: [findDrinks],', 'tools: [findDrinks], middleware: [budget({ run: { tokens: 20_000, steps: 8 } })],')}
const flow = createFlow().then(findDrinks).parallel({ written: agent, found: findDrinks }).ask({ message: 'ok?' })
createThread({ agent: defineWorkflow({ name: 'order', flow }), platform, id: 'order' }).send('go')
`

const present = new Set(doors().map(({ name }) => name))
const hasChat = ['index', 'endpoints/openai', 'adapters/wechat', 'zod'].every(name => present.has(name))
const pageDoors = ['index', 'adapters/wechat', 'endpoints/openai', 'thread/device-store', 'view/behavior'].filter(name => present.has(name))

const bundled = (name: string) => esbuild({ entryPoints: [`${folder}/${name}.js`], bundle: true, minify: true, target: 'es2017', format: 'iife', write: false, legalComments: 'none', metafile: true })

test.runIf(hasChat)('the smallest app is at most 38 kB gzipped by esbuild (the goal is 32)', async () => {
  const { outputFiles, metafile } = await bundled('smallest')
  shares = byRoom(Object.values(metafile.outputs)[0]!.inputs)
  expect(measured('smallest app, esbuild', outputFiles[0]!.contents)).toBeLessThanOrEqual(38_000)
})

test.runIf(hasChat)('with a store that outlives the app it is at most 41.2 kB gzipped by esbuild', async () => {
  const { outputFiles } = await bundled('stored')
  expect(measured('smallest app with a store', outputFiles[0]!.contents)).toBeLessThanOrEqual(41_200)
})

test.runIf(hasChat)('a chat with tool, approval, budget and workflow is at most 48 kB gzipped by esbuild', async () => {
  const { outputFiles } = await bundled('flow')
  expect(measured('with approval, budget and workflow', outputFiles[0]!.contents)).toBeLessThanOrEqual(48_000)
})

test.runIf(hasChat)('an app of the WeChat adapter bundles no other host’s code', async () => {
  const { metafile } = await bundled('smallest')
  const adapters = Object.keys(metafile.inputs).flatMap(path => /\/lib\/adapters\/([\w-]+)\//.exec(path)?.[1] ?? [])
  expect([...new Set(adapters)].sort()).toEqual(['shared', 'wechat'])
})

test.runIf(hasChat)('what an app does not hand in it does not carry', async () => {
  const { metafile } = await bundled('smallest')
  const paths = Object.entries(Object.values(metafile.outputs)[0]!.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput ? path : []))
  expect(paths.filter(path => /device-store|page-store|partial-json|socket-hub|dialects|ndjson|protocol\/json-schema|middleware|workflow|memory\//.test(path))).toEqual([])
})

test.runIf(hasChat)('the door to zod costs an app no more than zod/mini itself, within 100 bytes gzipped', async () => {
  const [{ outputFiles: [byDoor] }, { outputFiles: [direct] }] = await Promise.all([bundled('smallest'), bundled('smallest-zod-mini')])
  const size = measured('the same with zod/mini imported directly', direct!.contents)
  expect(gzipSync(byDoor!.contents, { level: 9 }).length).toBeLessThanOrEqual(size + 100)
})

test.runIf(hasChat)('the smallest app carries one language', async () => {
  const { text } = (await bundled('smallest')).outputFiles[0]!
  // esbuild writes Chinese as escapes.
  const readable = text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  expect([zh, en].map(table => readable.includes(table['transport/server']))).toEqual([true, false])
})

test.runIf(hasChat)('the smallest app is at most 36 kB gzipped by rollup and terser (the goal is 28)', async () => {
  const bundle = await rollup({ input: `${folder}/smallest.js`, plugins: [nodeResolve({ browser: true }), es2017()], onwarn: () => {} })
  const { output } = await bundle.generate({ format: 'iife' })
  const { code } = await minify(output[0].code, { ecma: 2017, toplevel: true, compress: { passes: 3, pure_getters: true } })
  expect(measured('smallest app, rollup + terser', Buffer.from(code!))).toBeLessThanOrEqual(36_000)
})

test('the whole mini-program build is at most 375 kB (the goal is 300)', () => {
  expect(total('miniprogram_dist, all of it', phoneFiles())).toBeLessThanOrEqual(375_000)
})

test('a native chat page pulls at most 110 kB, and no zod', () => {
  const files = reachableFrom(pageDoors)
  expect(total(`miniprogram_dist, ${pageDoors.join(' + ')}`, files)).toBeLessThanOrEqual(110_000)
  // zod's registry alone, where descriptions of schemas stand: 1 kB.
  expect([...files].filter(([, text]) => /Contains [^*]*\bzod /.test(text) && text.length > 2000).map(([name]) => name)).toEqual([])
})

test.runIf(present.has('zod'))('the door to zod adds zod/mini and nothing else', () => {
  const page = reachableFrom(pageDoors)
  const added = new Map([...reachableFrom([...pageDoors, 'zod'])].filter(([name]) => !page.has(name)))
  expect(total('miniprogram_dist, what sampan/zod adds', added)).toBeLessThanOrEqual(50_000)
  expect([...added].filter(([name, text]) => name !== 'zod.js' && !/Contains zod /.test(text) && text.length > 300).map(([name]) => name)).toEqual([])
})

function es2017() {
  return {
    name: 'es2017',
    transform: (code: string) => ({ code: ts.transpileModule(code, { compilerOptions: { target: ts.ScriptTarget.ES2017, module: ts.ModuleKind.ESNext } }).outputText, map: null }),
  }
}

/** Where the minified bytes of an app come from, largest first. */
function byRoom(inputs: Record<string, { bytesInOutput: number }>): string {
  const rooms = new Map<string, number>()
  for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
    const room = /build\/sampan\/lib\/((?:sdk|adapters|inlined)\/[^/]+)/.exec(path)?.[1] ?? /node_modules\/([^/]+)/.exec(path)?.[1] ?? 'app'
    rooms.set(room, (rooms.get(room) ?? 0) + bytesInOutput)
  }
  const sorted = [...rooms].filter(([, bytes]) => bytes > 100).sort((a, b) => b[1] - a[1])
  return `minified bytes of the smallest app by room: ${sorted.map(([room, bytes]) => `${room} ${bytes}`).join(', ')}`
}

/** Adds a row to the table, and returns the gzipped size. */
function measured(name: string, code: Uint8Array): number {
  const gzip = gzipSync(code, { level: 9 }).length
  rows.push([code.length, gzip, brotliCompressSync(code).length].map(bytes => bytes.toLocaleString('en').padStart(9)).join('') + `  ${name}`)
  return gzip
}

/** Adds a row to the table, and returns the size as it lies on disk. */
function total(name: string, files: Map<string, string>): number {
  const all = Buffer.from([...files.values()].join('\n'))
  measured(`${name} (${files.size} files)`, all)
  return all.length
}
