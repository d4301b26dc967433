import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { createRealm } from '../../../sdk/testkit/realm.js'
import { createHostFake, type HostApi } from '../../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName } from '../../../sdk/testkit/host-fakes/host-fake-options.js'

/** A page that Taro drives, without a screen: what it was told to show, and a finger. */
export interface RealmPage {
  /** All texts the page was given so far, in order. */
  texts(): string[]
  /** Whether a node of this class was shown. */
  shows(className: string): boolean
  /** Taps a node of a class, by default the last that came; throws where there is none. */
  tap(className: string, at?: number): void
  /** How the host was asked for streams: `request`, `createEventSource` or `connectSocket`, in order. */
  readonly ways: readonly string[]
  /** Waits until the condition holds, and throws with the texts if it does not. */
  until(condition: () => boolean, ms?: number): Promise<void>
  close(): void
}

export interface OpenInRealmOptions {
  /** The build of a target. */
  folder: string
  host: HostFakeName
  /** The name of the host's global. */
  globalName: string
  /** Where requests go instead of the port of `npm start`. */
  gatewayUrl: string
}

/** A node as Taro sends it to a page: id, class, text, children. */
interface Node { sid?: string; cl?: string; v?: string }
type Member = (this: unknown, ...args: unknown[]) => unknown

const WAIT_MS = 30_000

/**
 * Runs Taro's output for a target on a logic layer with nothing but the language and the host: no web, no `globalThis`,
 * `Function` throws. The host is a fake, over real HTTP.
 */
export function openInRealm({ folder, host, globalName, gatewayUrl }: OpenInRealmOptions): RealmPage {
  const realm = createRealm({ functions: 'throw' })
  const { api, dispose } = createHostFake(host, { makeBuffer: realm.makeBuffer, cuts: [3, 1, 2, 5] })
  const nodes: Node[] = []
  const pages: Record<string, unknown>[] = []
  const ways: string[] = []
  redirect(api, gatewayUrl, ways)
  realm.define(globalName, api)
  realm.define('getCurrentPages', () => pages)
  // Alipay's engine tells what it is; Taro's layer for it asks while it loads.
  if (host === 'alipay') realm.define('navigator', { userAgent: 'AlipayClient' })
  let app: { onLaunch?: Member } = {}
  realm.define('getApp', () => app)
  realm.define('App', (options: typeof app) => void options.onLaunch?.call((app = options), { path: 'pages/index/index', query: {} }))
  realm.define('Component', () => {})
  realm.define('Page', (options: Record<string, unknown>) => pages.push(options))
  const load = loader(folder, (code, name) => realm.run(code, name))
  load('app.js')
  load('pages/index/index.js')
  const page = Object.assign(pages[0]!, {
    route: 'pages/index/index',
    setData(patch: object, done?: () => void) {
      collect(patch, nodes)
      if (done) setTimeout(done, 0)
    },
  })
  // Baidu calls onInit where a page has it.
  for (const name of ['onInit', 'onLoad', 'onShow', 'onReady']) (page as Record<string, Member | undefined>)[name]?.call(page, {})
  return handle(page, nodes, ways, dispose)
}

function handle(page: Record<string, unknown>, nodes: Node[], ways: string[], dispose: () => void): RealmPage {
  const texts = (): string[] => nodes.flatMap(({ v }) => (v ? [v] : []))
  const ofClass = (name: string, at = -1): Node | undefined => nodes.filter(({ cl, sid }) => sid && cl?.split(' ').includes(name)).at(at)
  return {
    texts,
    ways,
    shows: name => ofClass(name) !== undefined,
    tap(name, at) {
      const node = ofClass(name, at)
      if (!node) throw new Error(`no node of class ${name}: ${texts().join(' | ')}`)
      const target = { id: node.sid, dataset: { sid: node.sid } }
      ;(page.eh as Member).call(page, { type: 'tap', timeStamp: 1, detail: {}, target, currentTarget: target })
    },
    async until(condition, ms = WAIT_MS) {
      for (const end = Date.now() + ms; !condition();) {
        if (Date.now() > end) throw new Error(`waited ${ms} ms in vain; the page was given: ${texts().join(' | ')}`)
        await new Promise(done => setTimeout(done, 5))
      }
    },
    close() {
      ;(page.onUnload as Member | undefined)?.call(page)
      dispose()
    },
  }
}

/** Sends whatever goes out to the test's own gateway, and notes what may stream. */
function redirect(api: HostApi, gatewayUrl: string, ways: string[]): void {
  for (const name of ['request', 'createEventSource', 'connectSocket']) {
    const method = api[name] as ((options: object, ...rest: unknown[]) => unknown) | undefined
    if (!method) continue
    const sent = (options: { url: string; enableChunked?: boolean }, ...rest: unknown[]): unknown => {
      if (name !== 'request' || options.enableChunked) ways.push(name)
      return method.call(api, { ...options, url: options.url.replace('//127.0.0.1:8787', gatewayUrl.replace(/^\w+:/, '')) }, ...rest)
    }
    Object.assign(api, { [name]: sent })
  }
}

/** Every node in a patch, wherever it hangs; a text that is set alone counts as one. */
function collect(value: unknown, nodes: Node[]): void {
  if (!value || typeof value !== 'object') return
  const node = value as Node
  if (typeof node.sid === 'string') nodes.push(node)
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === 'string' && /\.v$/.test(key)) nodes.push({ v: child })
    collect(child, nodes)
  }
}

/** Modules of a folder, as a host loads them: CommonJS by path. */
function loader(folder: string, run: (code: string, name: string) => unknown): (path: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>()
  const load = (path: string): unknown => {
    const known = loaded.get(path)
    if (known) return known.exports
    const module = { exports: {} as unknown }
    loaded.set(path, module)
    const body = run(`(function (require, module, exports) {${readFileSync(`${folder}/${path}`, 'utf8')}\n})`, path) as (...args: unknown[]) => void
    body((target: string) => load(posix.join(posix.dirname(path), target).replace(/(\.js)?$/, '.js')), module, module.exports)
    return module.exports
  }
  return load
}
