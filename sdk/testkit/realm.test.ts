import { afterEach, describe, expect, it } from 'vitest'
import { startByteServer } from './byte-server.js'
import { createRealm, type RealmOptions } from './realm.js'
import { createWxFake } from './wx-fake.js'

const MISSING = ['globalThis', 'window', 'self', 'global', 'process', 'require', 'Buffer', 'fetch', 'XMLHttpRequest', 'URL', 'TextDecoder', 'TextEncoder',
  'AbortController', 'ReadableStream', 'Headers', 'structuredClone', 'crypto', 'queueMicrotask', 'performance', 'setImmediate', 'WebAssembly', 'SharedArrayBuffer']
const PRESENT = ['Promise', 'Map', 'JSON', 'Uint8Array', 'setTimeout', 'clearTimeout', 'setInterval', 'console']
const weak: RealmOptions = { functions: 'undefined' }

describe('createRealm', () => {
  it('has the language, timers and a console, and nothing else', () => {
    const realm = createRealm(weak)
    const typesOf = (names: string[]) => names.map((name) => realm.run(`typeof ${name}`))
    expect(typesOf(MISSING)).toEqual(MISSING.map(() => 'undefined'))
    expect(typesOf(PRESENT)).not.toContain('undefined')
  })
  it('has escape where it is asked for', () => {
    const typeIn = (options: RealmOptions) => createRealm(options).run('typeof escape + typeof unescape')
    expect([typeIn(weak), typeIn({ ...weak, hasEscape: true })]).toEqual(['undefinedundefined', 'functionfunction'])
  })
  it('makes no code from text, in the one way or in the other', () => {
    const attempt = (code: string) => `(function () { try { return typeof (${code}) } catch (error) { return error.name } })()`
    for (const code of ['Function("return 1")', 'new Function("a", "return a")', '(function () {}).constructor("return 1")']) {
      expect(createRealm({ functions: 'throw' }).run(attempt(code))).toBe('TypeError')
      expect(createRealm(weak).run(attempt(code))).toMatch(/undefined|object/)
    }
    expect(createRealm(weak).run(attempt('eval("1")'))).toBe('TypeError')
    expect(createRealm(weak).run(attempt('(async function () {}).constructor("return 1")'))).toBe('EvalError')
    expect(createRealm({ functions: 'throw' }).run('Function("return this")() === this')).toBe(true)
    expect(createRealm(weak).run('(function () {}) instanceof Function')).toBe(true)
  })
  it('settles promises before timers, or behind them', async () => {
    const orderIn = async (macrotaskPromises: boolean): Promise<string[]> => {
      const realm = createRealm({ ...weak, macrotaskPromises })
      const order: string[] = []
      await new Promise<void>((resolve) => {
        realm.define('note', (what: string) => order.push(what) === 2 && resolve())
        realm.run('Promise.resolve().then(function () { note("promise") }); setTimeout(function () { note("timer") }, 0)')
      })
      return order
    }
    expect(await orderIn(false)).toEqual(['promise', 'timer'])
    expect(await orderIn(true)).toEqual(['timer', 'promise'])
  })
  it('passes values and failures through slow promises', async () => {
    const realm = createRealm({ ...weak, macrotaskPromises: true })
    const ask = (code: string) => realm.run(code) as Promise<unknown>
    expect(await ask('Promise.resolve(1).then(null).then(function (value) { return value + 1 })')).toBe(2)
    expect(await ask('Promise.reject(1).catch(function (value) { return value + 2 })')).toBe(3)
    expect(await ask('Promise.resolve().then(function () { throw 4 }).then(null, function (value) { return value })')).toBe(4)
  })
  it('keeps realms apart', () => {
    createRealm(weak).run('Array.prototype.mine = 1; var seen = 1')
    expect(createRealm(weak).run('typeof [].mine + typeof seen')).toBe('undefinedundefined')
  })
})

describe('a wx in a realm', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })
  it('hands over real bytes in buffers of the realm, cut as told', async () => {
    const server = await startByteServer({ chunks: ['data: 你好\n\n'] })
    const realm = createRealm(weak)
    const phone = createWxFake({ cuts: [7, 1], makeBuffer: realm.makeBuffer })
    ends.push(server.close, phone.dispose)
    realm.define('wx', phone.wx)
    realm.define('url', server.url)
    const seen = await new Promise<{ sizes: number[]; bytes: number[]; isOwn: boolean }>((resolve) => {
      realm.define('report', resolve)
      realm.run(`
        var sizes = [], bytes = [], isOwn = true
        wx.request({ url: url, enableChunked: true, success: function () { report({ sizes: sizes, bytes: bytes, isOwn: isOwn }) } })
          .onChunkReceived(function (chunk) {
            isOwn = isOwn && chunk.data instanceof ArrayBuffer
            sizes.push(chunk.data.byteLength)
            bytes = bytes.concat(Array.from(new Uint8Array(chunk.data)))
          })
      `)
    })
    expect([...seen.sizes]).toEqual([7, 1, 1, 1, 1, 1, 1, 1])
    expect(Buffer.from([...seen.bytes]).toString()).toBe('data: 你好\n\n')
    expect(seen.isOwn).toBe(true)
  })
})
