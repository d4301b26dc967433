import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { bed, packed, type Bed } from '../lib/beds.js'
import { root, run } from '../lib/run.js'
import { doors, phoneDoors, specifier } from '../pack/doors.js'

// The packed packages, judged by the tools that judge packages, and by what WeChat and old resolvers need.

let tarballs: { sampan: string; server: string }
let tools: Bed
beforeAll(async () => {
  [tarballs, tools] = await Promise.all([packed(), bed('package')])
})

describe.each(['sampan', 'server'] as const)('%s', name => {
  test('publint finds nothing to say', async () => {
    const { code, output } = await run(process.execPath, [tools.file('publint/src/cli.js'), `${root}build/${name}`, '--strict', '--pack', 'false'])
    expect(output).toMatch(/All good/)
    expect(code).toBe(0)
  })

  test('its types resolve in every mode', async () => {
    // It is ESM only: a CommonJS project in Node loads it by import(), or by require() from Node 20.19 on.
    // Old resolvers find the server's doors too, but nobody runs it with them.
    const { code, output } = await run(process.execPath, [tools.file('@arethetypeswrong/cli/dist/index.js'), tarballs[name], '--ignore-rules', 'cjs-resolves-to-esm', '--no-color', '--format', 'ascii'])
    expect(code, output).toBe(0)
  })
})

const manifest = () => JSON.parse(readFileSync(`${root}build/sampan/package.json`, 'utf8'))

test('sampan has no dependencies, and only the peers every app has are required', () => {
  expect(manifest().dependencies).toBeUndefined()
  const { peerDependencies, peerDependenciesMeta } = manifest()
  expect(Object.keys(peerDependencies).filter(name => !peerDependenciesMeta[name]?.optional)).toEqual(['rxjs', 'zod'])
})

test('every door is exported, and is a file of the same path', () => {
  const files = new Set(readdirSync(`${root}build/sampan`, { recursive: true, encoding: 'utf8' }))
  expect(Object.keys(manifest().exports).sort()).toEqual([...doors().map(({ name }) => specifier(name, '.')), './package.json'].sort())
  expect(doors().flatMap(({ name }) => [`${name}.js`, `${name}.d.ts`]).filter(file => !files.has(file))).toEqual([])
})

test('the mini-program build has the same paths, without what never goes onto a phone', () => {
  const files = readdirSync(`${root}build/sampan/miniprogram_dist`, { recursive: true, encoding: 'utf8' }).filter(file => /\.js$/.test(file) && !file.startsWith('shared/'))
  expect(files.sort()).toEqual(phoneDoors().map(({ name }) => `${name}.js`).sort())
})

test('types lean on peers and relative files alone', () => {
  const files = readdirSync(`${root}build/sampan`, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.d.ts'))
  const foreign = files.flatMap(file => [...readFileSync(`${root}build/sampan/${file}`, 'utf8').replace(/\/\*[^]*?\*\//g, '').matchAll(/(?:from\s+|import\(\s*)['"]([^'"]+)['"]/g)]
    .map(match => match[1]!).filter(name => !/^(\.|rxjs|zod\/mini|react|vue|node:)/.test(name)).map(name => `${file}: ${name}`))
  expect(foreign).toEqual([])
})
