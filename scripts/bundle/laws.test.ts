import { readdirSync, readFileSync } from 'node:fs'
import { parse, type Node } from 'acorn'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRealm, type RealmOptions } from '../../sdk/testkit/realm.js'
import { packed } from '../lib/beds.js'
import { loadDoors, phoneFiles } from '../lib/phone-files.js'
import { root } from '../lib/run.js'
import { phoneDoors } from '../pack/doors.js'

// The laws about the engine, held against what is really shipped: the files of miniprogram_dist, third-party code included.

let files: Map<string, string>
beforeAll(async () => {
  await packed()
  files = phoneFiles()
})

/** Read as a value, any of these ends the app, or silently does nothing, on some phone. */
const FORBIDDEN = ['globalThis', 'TextDecoder', 'TextEncoder', 'structuredClone', 'queueMicrotask', 'eval', 'fetch', 'AbortController', 'AbortSignal',
  'ReadableStream', 'URL', 'URLSearchParams', 'Headers', 'Request', 'Response', 'crypto', 'window', 'self', 'document', 'navigator', 'process', 'Buffer', 'Proxy', 'WeakRef', 'BigInt']
const ALLOWED: { file: RegExp; name: string; why: string }[] = [
  { file: /^(adapters\/|shared\/wx-)/, name: 'TextDecoder', why: 'the adapter asks whether the host has a native one' },
  { file: /^(zod|shared\/schemas)\.js$/, name: 'BigInt', why: 'zod asks for it once a value is a bigint, so it is there' },
]

test('every file is ES2017, without lookbehind and BigInt literals', () => {
  const broken = [...files].flatMap(([name, text]) => {
    try {
      parse(text, { ecmaVersion: 2017, sourceType: 'script' })
      return []
    } catch (error) {
      return [`${name}: ${(error as Error).message}`]
    }
  })
  expect(broken).toEqual([])
})

test('the modules for bundlers are ES2017 too: Taro does not compile node_modules again', () => {
  const offPhone = /^sdk\/(testkit|view\/(react|vue))|^adapters\/(web|node)\//
  const folder = `${root}build/sampan/lib`
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.js') && !offPhone.test(file))
  expect(modules.length).toBeGreaterThan(10)
  const broken = modules.flatMap(file => {
    try {
      parse(readFileSync(`${folder}/${file}`, 'utf8'), { ecmaVersion: 2017, sourceType: 'module' })
      return []
    } catch (error) {
      return [`${file}: ${(error as Error).message}`]
    }
  })
  expect(broken).toEqual([])
})

test('no file reads a global a phone may lack', () => {
  const found = [...files].flatMap(([file, text]) => freeNames(text)
    .filter(name => FORBIDDEN.includes(name) && !ALLOWED.some(rule => rule.name === name && rule.file.test(file)))
    .map(name => `${file}: ${name}`))
  expect([...new Set(found)]).toEqual([])
})

test('no file makes code from text', () => {
  expect([...files].filter(([, text]) => /\bFunction\(|\beval\(/.test(text)).map(([name]) => name)).toEqual([])
})

test('no file asks for another package or holds a source map', () => {
  const foreign = [...files].filter(([, text]) => /\brequire\(\s*["'](?!\.)/.test(text) || /sourceMappingURL/.test(text)).map(([name]) => name)
  expect(foreign).toEqual([])
})

test('code by others says whose it is', () => {
  const named = [...files].filter(([, text]) => text.startsWith('/*! Contains ') && /THIRD-PARTY-NOTICES/.test(text))
  expect(named.length).toBeGreaterThan(0)
})

const realms: [string, RealmOptions][] = [
  ['Function throws', { functions: 'throw' }],
  ['Function answers undefined, as in WeChat', { functions: 'undefined' }],
  ['promises are macrotasks, as on iOS 15', { functions: 'undefined', macrotaskPromises: true }],
]
describe.each(realms)('in a realm with nothing but the language, where %s', (_, options) => {
  test('every door loads', () => {
    const doors = phoneDoors().map(({ name }) => name)
    expect(Object.keys(loadDoors(createRealm(options).context, doors, files))).toEqual(doors)
  })

  test('a schema checks what it is given', () => {
    const { z, object } = loadDoors(createRealm(options).context, ['zod'], files).zod
    expect(object).toBe(z.object)
    const schema = z.object({ keyword: z.string().check(z.minLength(1)), sizes: z.optional(z.array(z.enum(['S', 'L']))) })
    expect(schema.safeParse({ keyword: '拿铁', sizes: ['S'] }).success).toBe(true)
    expect(schema.safeParse({ keyword: '', sizes: ['S'] }).success).toBe(false)
    expect(schema.safeParse({ keyword: 1 }).success).toBe(false)
  })

  test('an Observable carries values to a promise', async () => {
    const { from, map, lastValueFrom, toArray } = loadDoors(createRealm(options).context, ['rxjs'], files).rxjs
    expect([...await lastValueFrom(from([1, 2, 3]).pipe(map((each: number) => each * 2), toArray()))]).toEqual([2, 4, 6])
  })
})

/** Names a file reads that it does not declare. Scopes are not told apart: what is declared anywhere counts as declared. */
function freeNames(text: string): string[] {
  const declared = new Set<string>()
  const read: string[] = []
  walk(parse(text, { ecmaVersion: 2022, sourceType: 'script' }), (node, parent, key) => {
    if (node.type !== 'Identifier') return
    const { name } = node as Node & { name: string }
    const isKey = (parent.type === 'MemberExpression' && key === 'property' && !(parent as any).computed)
      || ((parent.type === 'Property' || parent.type === 'MethodDefinition') && key === 'key' && !(parent as any).computed && !(parent as any).shorthand)
    if (isKey || (parent.type === 'UnaryExpression' && (parent as any).operator === 'typeof')) return
    const declares = (parent.type === 'VariableDeclarator' && key === 'id') || key === 'params' || key === 'param' || (/^(Function|Class)/.test(parent.type) && key === 'id')
    if (declares) declared.add(name)
    else read.push(name)
  })
  return [...new Set(read)].filter(name => !declared.has(name))
}

function walk(node: Node, visit: (node: Node, parent: Node, key: string) => void): void {
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!child || typeof child.type !== 'string') continue
      visit(child, node, key)
      walk(child, visit)
    }
  }
}
