import { existsSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { installRequireAsync } from './require-async.js'
import { bed } from '../../lib/beds.js'

/** A page on the screen of WeChat's component runtime. */
export interface OpenPage {
  /** The page object: `data`, `setData`, its methods. */
  instance: any
  /** What the page shows, as HTML of the built-in tags. */
  html(): string
  /** Its visible text, spaces squeezed. */
  text(): string
  /** Sends an event to the first element a selector finds; throws if there is none. */
  tap(selector: string, detail?: unknown): Promise<void>
  dispatch(selector: string, event: string, detail?: unknown): Promise<void>
  /** Waits until the condition holds, and throws with the page's text if it does not. */
  until(condition: () => boolean, ms?: number): Promise<void>
  /** What the host does to a page. */
  hide(): void
  show(): void
  /** Takes the page off the screen: onUnload. */
  close(): void
}

export interface OpenPageOptions {
  /** The mini-program's folder, with miniprogram_npm in it: what {@link packProject} returns. */
  folder: string
  /** As in app.json: `pages/index/index`. */
  page: string
  /** The host. Nothing else is put into it. */
  wx: object
  query?: Record<string, string>
}

/**
 * Renders a page of a native mini-program with WeChat's own WXML compiler and component runtime.
 * Templates are kept in a global table: open pages of one project only in a test file.
 */
export async function openPage({ folder, page, wx, query = {} }: OpenPageOptions): Promise<OpenPage> {
  const tools = await bed('exparser')
  await browserGlobals(tools.require)
  const scope = globalThis as any
  scope.wx = wx
  const simulate = tools.require('miniprogram-simulate')
  // The library fills in answers of its own, which would hide that the given host cannot do something.
  scope.wx = wx
  const state: { instance?: any } = {}
  pageGlobals(scope, state, query)
  const restore = resolveInside(folder)
  const endAsync = installRequireAsync(folder, work => {
    const end = resolveInside(folder)
    try {
      return work()
    } finally {
      end()
    }
  })
  let component: any
  try {
    if (existsSync(`${folder}/app.js`) && !scope.__sampanApp) Module.createRequire(`${folder}/app.js`)('./app.js')
    const id = simulate.load(join(folder, page), 'main', { rootPath: folder, compiler: 'official' })
    component = simulate.render(id)
  } finally {
    restore()
  }
  const parent = document.createElement('page-root')
  document.body.appendChild(parent)
  component.attach(parent)
  return handle(component, state, parent, endAsync)
}

/** How long a page is waited for, in milliseconds: more than a busy machine needs. */
const WAIT_MS = 30_000

function handle(component: any, state: { instance?: any }, parent: HTMLElement, onClose: () => void): OpenPage {
  const settle = () => new Promise<void>(done => setTimeout(done, 0))
  const text = () => (parent.textContent ?? '').replace(/\s+/g, ' ').trim()
  const dispatch = async (selector: string, event: string, detail?: unknown) => {
    const found = component.querySelector(selector)
    if (!found) throw new Error(`the page has no ${selector}: ${parent.innerHTML}`)
    found.dispatchEvent(event, { bubbles: true, detail })
    await settle()
  }
  return {
    get instance() { return state.instance ?? component.instance },
    html: () => parent.innerHTML,
    text,
    dispatch,
    tap: (selector, detail) => dispatch(selector, 'tap', detail),
    async until(condition, ms = WAIT_MS) {
      for (const end = Date.now() + ms; !condition();) {
        if (Date.now() > end) throw new Error(`waited ${ms} ms in vain; the page shows: ${text()}`)
        await new Promise(done => setTimeout(done, 5))
      }
    },
    hide: () => state.instance?.onHide?.(),
    show: () => state.instance?.onShow?.(),
    close() {
      component.detach()
      parent.remove()
      onClose()
    },
  }
}

/** The library knows components only: a page is one whose fields are methods and data, with the lifetimes of a page. */
function pageGlobals(scope: any, state: { instance?: any }, query: Record<string, string>): void {
  const pages: any[] = []
  scope.App = (app: any) => { scope.__sampanApp = app; app.onLaunch?.call(app, {}) }
  scope.getApp = () => scope.__sampanApp ?? {}
  scope.getCurrentPages = () => pages
  scope.Page = ({ data = {}, behaviors = [], options, ...fields }: any) => {
    const methods = Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'function'))
    const plain = Object.entries(fields).filter(([, value]) => typeof value !== 'function')
    scope.Component({
      options,
      behaviors,
      data,
      methods,
      lifetimes: {
        created(this: any) { for (const [name, value] of plain) this[name] = value },
        attached(this: any) {
          state.instance = this
          pages.push(this)
          this.onLoad?.(query)
          this.onShow?.()
        },
        ready(this: any) { this.onReady?.() },
        detached(this: any) {
          pages.splice(pages.indexOf(this), 1)
          this.onUnload?.()
        },
      },
    })
  }
}

/** While code of the project loads, a bare name means its miniprogram_npm, looked for upwards as WeChat does. */
function resolveInside(folder: string): () => void {
  const internals = Module as any
  const original = internals._resolveFilename
  internals._resolveFilename = function (request: string, parent: { filename?: string } | undefined, ...rest: unknown[]) {
    const from = parent?.filename ?? ''
    if (from.startsWith(folder) && !request.startsWith('.') && !request.startsWith('/')) {
      for (let at = dirname(from); at.startsWith(folder); at = resolve(at, '..')) {
        const found = [`${at}/miniprogram_npm/${request}.js`, `${at}/miniprogram_npm/${request}/index.js`].find(file => existsSync(file))
        if (found) return found
      }
    }
    return original.call(this, request, parent, ...rest)
  }
  return () => { internals._resolveFilename = original }
}

/** A document for the runtime to draw into: what it finds in a web view. */
async function browserGlobals(require: NodeJS.Require): Promise<void> {
  const scope = globalThis as any
  if (scope.document) return
  const { JSDOM } = require('jsdom')
  const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
  scope.window = window
  for (const name of ['document', 'Node', 'Element', 'HTMLElement', 'DocumentFragment', 'Event', 'CustomEvent', 'MutationObserver', 'Text']) scope[name] = window[name]
}
