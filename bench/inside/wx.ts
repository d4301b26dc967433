import type { Feed } from '../harness/feed.js'

interface RequestOptions { url: string; success?(answer: object): void; fail?(error: object): void }
interface Callbacks { success?(value: object): void; fail?(error: object): void }

/** What the adapter asks for; the rest it looks up by name. */
interface Wx { request(options: any): unknown; [api: string]: unknown }

/** Hands over the pieces of one response by calling `step` until it answers false. When, is the measure's affair. */
export type Pace = (step: () => boolean) => void

/** Every piece in a turn of its own, as a phone does it. */
export const inTurns: Pace = step => {
  const turn = (): void => {
    if (step()) setTimeout(turn, 0)
  }
  setTimeout(turn, 0)
}

/** All pieces in one turn, soon: what is measured is then the work and not the waiting. */
export const allAtOnce = (beforeEach: () => void): Pace => step => {
  void Promise.resolve().then(() => {
    do beforeEach()
    while (step())
  })
}

/** As much of WeChat's `wx` as an app of ours needs: requests answered from the feed, storage in a map, a sign-in. */
export function createWx(feed: Feed, pace: Pace = inTurns, storage = new Map<string, unknown>()): Wx {
  const answer = (options: Callbacks | undefined, value: object): void => options?.success?.(value)
  const nothing = (): void => undefined
  return {
    ...Object.fromEntries(['AppShow', 'AppHide', 'MemoryWarning', 'NetworkStatusChange'].flatMap(name => [[`on${name}`, nothing], [`off${name}`, nothing]])),
    getAppBaseInfo: () => ({ SDKVersion: '3.9.0', language: 'zh_CN' }),
    getDeviceInfo: () => ({ platform: 'ios' }),
    getAccountInfoSync: () => ({ miniProgram: { envVersion: 'release' } }),
    login: (options: Callbacks) => answer(options, { code: 'bench' }),
    getStorage: (options: Callbacks & { key: string }) =>
      storage.has(options.key) ? answer(options, { data: storage.get(options.key) }) : options.fail?.({ errMsg: 'getStorage:fail data not found' }),
    setStorage(options: Callbacks & { key: string; data: unknown }) {
      storage.set(options.key, options.data)
      answer(options, {})
    },
    removeStorage(options: Callbacks & { key: string }) {
      storage.delete(options.key)
      answer(options, {})
    },
    getStorageInfo: (options: Callbacks) => answer(options, { keys: [...storage.keys()] }),
    request: (options: RequestOptions) => options.url.endsWith('/v1/sign-in') ? signIn(options) : createTask(feed, pace, options)
  }
}

/** The gateway at the door: everyone gets in. It takes nothing from the feed. */
function signIn(options: RequestOptions): object {
  const answer = { statusCode: 200, header: { 'Content-Type': 'application/json' }, data: JSON.stringify({ token: 'bench' }) }
  void Promise.resolve().then(() => options.success?.(answer))
  return { abort() {} }
}

function createTask(feed: Feed, pace: Pace, options: RequestOptions): object {
  let onHead: ((head: object) => void) | undefined
  let onChunk: ((chunk: { data: ArrayBuffer }) => void) | undefined
  let isOver = false
  const source = feed.open()
  const head = { statusCode: 200, header: { 'Content-Type': 'text/event-stream' } }
  let hasHead = false
  pace(() => {
    if (isOver) return false
    if (!hasHead) {
      hasHead = true
      onHead?.(head)
      return true
    }
    const chunk = source.read()
    if (chunk !== undefined) onChunk?.({ data: chunk.buffer as ArrayBuffer })
    else {
      isOver = true
      options.success?.({ ...head, data: '' })
    }
    return !isOver
  })
  return {
    onHeadersReceived(listener: (head: object) => void) { onHead = listener },
    onChunkReceived(listener: (chunk: { data: ArrayBuffer }) => void) { onChunk = listener },
    abort() { isOver = true }
  }
}
