import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'acorn'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostFakeName } from '../../sdk/testkit/host-fakes/host-fake-options.js'
import { buildTaroTarget, TARO_TARGETS, type TaroTarget } from '../beds/taro/build-target.js'
import { globalsAtLoad } from '../beds/taro/globals-at-load.js'
import { openInRealm } from '../beds/taro/open-in-realm.js'
import { startChatServer, type ChatServer } from '../lib/chat-server.js'

// One sample, built by Taro for every target it builds for from npm, held to the laws of a phone, and run: the mini-programs
// on a logic layer with nothing but the language and a fake of the host, against the real gateway.

interface Host {
  name: HostFakeName
  globalName: string
  /** What it is asked to stream with. Absent: it has nothing to stream with, and answers are polled. */
  way?: 'request' | 'createEventSource'
}

const HOSTS: Record<Exclude<TaroTarget, 'h5'>, Host> = {
  weapp: { name: 'wechat', globalName: 'wx', way: 'request' },
  alipay: { name: 'alipay', globalName: 'my' },
  tt: { name: 'douyin', globalName: 'tt', way: 'createEventSource' },
  swan: { name: 'baidu', globalName: 'swan', way: 'request' },
  qq: { name: 'qq', globalName: 'qq' },
  jd: { name: 'jd', globalName: 'jd' },
}

/** Read while a bundle loads, any of these ends the app on some phone. */
const LACKING = ['globalThis', 'TextDecoder', 'TextEncoder', 'structuredClone', 'queueMicrotask', 'eval', 'fetch', 'AbortController', 'AbortSignal',
  'ReadableStream', 'URL', 'URLSearchParams', 'Headers', 'Request', 'Response', 'crypto', 'window', 'self', 'document', 'navigator', 'process', 'Buffer', 'Proxy', 'WeakRef', 'BigInt']
const ALLOWED: { file: RegExp; names: string[]; why: string }[] = [
  { file: /runtime\.js$/, names: ['globalThis', 'window'], why: 'webpack’s own search for a global object asks by typeof first' },
  { file: /(app|taro)\.js$/, names: ['navigator'], why: 'React asks by typeof first; Taro’s layer for Alipay counts on Alipay’s own' },
]

/** A build: its folder, and its code by file. */
interface Built { folder: string; files: [name: string, text: string][] }
const builds = new Map<TaroTarget, Promise<Built>>()

/** Builds a target once in this file, also where what it is built of changes meanwhile. */
function build(target: TaroTarget): Promise<Built> {
  const read = (folder: string): Built => ({
    folder,
    files: readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js')).map(name => [name, readFileSync(`${folder}/${name}`, 'utf8')]),
  })
  if (!builds.has(target)) builds.set(target, buildTaroTarget(target).then(read))
  return builds.get(target)!
}

let server: ChatServer | undefined
beforeAll(async () => {
  server = await startChatServer()
})
afterAll(() => server?.close())

describe.each(TARO_TARGETS)('the concierge that Taro built for %s', target => {
  let code: string
  beforeAll(async () => {
    code = (await build(target)).files.map(([, text]) => text).join('\n')
  })

  test('holds Sampan and its tools', () => {
    for (const part of ['platform/unsupported', 'findDrinks', 'thread/']) expect(code).toContain(part)
  })
})

describe.each(Object.keys(HOSTS) as (keyof typeof HOSTS)[])('the mini-program that Taro built for %s', target => {
  let built: Built
  beforeAll(async () => {
    built = await build(target)
  })

  test('is ES2017 and makes no code from text', () => {
    const broken = built.files.flatMap(([name, text]) => {
      try {
        parse(text, { ecmaVersion: 2017 })
        return []
      } catch (error) {
        return [`${name}: ${(error as Error).message}`]
      }
    })
    expect(broken).toEqual([])
    // webpack asks `Function` for the global object, in a try.
    expect(built.files.filter(([, text]) => /\bFunction\((?!"return this")|\beval\(/.test(text)).map(([name]) => name)).toEqual([])
  })

  test('reads no global a phone may lack while it loads', () => {
    const found = built.files.flatMap(([file, text]) => globalsAtLoad(text, LACKING)
      .filter(name => !ALLOWED.some(rule => rule.file.test(file) && rule.names.includes(name)))
      .map(name => `${file}: ${name}`))
    expect(found).toEqual([])
  })

  test('lets a guest order a drink, on nothing but the language and the host', async () => {
    const { name, globalName, way } = HOSTS[target]
    const page = openInRealm({ folder: built.folder, host: name, globalName, gatewayUrl: server!.url })
    await page.until(() => page.shows('chip'))
    page.tap('chip', 0)
    await page.until(() => page.shows('button--main'))
    expect(page.texts()).toContain('拿铁')
    expect(page.texts()).not.toContain('已下单')
    page.tap('button--main')
    await page.until(() => page.texts().includes('已下单'))
    expect([...new Set(page.ways)]).toEqual(way ? [way] : [])
    page.close()
  })
})

test('a target with a file of its own for the platform holds the table of its host alone', async () => {
  const others = ['getAuthCode', 'getLoginCode', 'createEventSource']
  const held = async (target: TaroTarget) => {
    const { files } = await build(target)
    return others.filter(api => files.some(([, text]) => text.includes(`"${api}"`)))
  }
  expect(await held('tt')).toEqual(others)
  expect(await held('weapp')).toEqual([])
})
