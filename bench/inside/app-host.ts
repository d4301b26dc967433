import vm from 'node:vm'
import { chatFixture, toolFixture } from '../fixtures/fixture.js'
import type { App, AppHost } from '../apps/host.js'
import type { Wire } from '../harness/contender.js'
import { Feed } from '../harness/feed.js'
import { createWx } from './wx.js'

/** Web globals that peers want beside the language. A phone has hardly any of them. */
const webGlobals = ['fetch', 'Request', 'Response', 'Headers', 'FormData', 'Blob', 'ReadableStream', 'WritableStream', 'TransformStream', 'TextDecoderStream', 'TextEncoderStream', 'TextDecoder', 'TextEncoder', 'AbortController', 'AbortSignal', 'URL', 'URLSearchParams', 'structuredClone', 'crypto', 'performance', 'EventTarget', 'Event', 'CustomEvent', 'queueMicrotask', 'btoa', 'atob', 'MessageChannel'] as const

/** A fresh context: the language, timers and console, and the web globals unless it is to be bare. */
export function createContext(isBare: boolean): vm.Context {
  const context: Record<string, unknown> = { console, setTimeout, clearTimeout, setInterval, clearInterval }
  if (!isBare) {
    for (const name of webGlobals) context[name] = (globalThis as unknown as Record<string, unknown>)[name]
    context['self'] = context['window'] = context['global'] = context
    context['navigator'] = { userAgent: 'bench' }
    context['location'] = new URL('https://bench.invalid/')
    context['process'] = { env: {}, version: '', versions: {}, nextTick: (f: () => void) => queueMicrotask(f) }
  }
  return vm.createContext(context)
}

/** Runs the bundle and makes the app: what a cold start is. */
export function startApp(script: vm.Script, context: vm.Context, host: AppHost): App {
  script.runInContext(context)
  const { app } = context as unknown as { app?: { construct(host: AppHost): App } }
  // `var app` and `const app` differ in whether the context shows them.
  return (app ?? vm.runInContext('app', context) as { construct(host: AppHost): App }).construct(host)
}

export interface HostedApp { host: AppHost; expected: string }

/** A host with a small tool call and an answer behind it, or only the answer. */
export function createHost(wire: Wire, isChatOnly: boolean): HostedApp {
  const feed = new Feed()
  const fixture = isChatOnly ? chatFixture(wire, 50) : toolFixture(wire, 300)
  feed.load(fixture.responses)
  return { host: { open: () => feed.open(), fetch: feed.fetch, wx: createWx(feed) }, expected: fixture.expected.text }
}
