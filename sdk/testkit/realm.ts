import { createContext, runInContext, type Context } from 'node:vm'

/** Ways phones differ in what their engine does to code generation, promises and old globals. */
export interface RealmOptions {
  /** What `Function(…)` does: WeChat answers `undefined` instead of throwing, others throw. Both take `return this`. */
  functions: 'throw' | 'undefined'
  /** Promises settle through a timer, as on iOS 15 and older. Default `false`. */
  macrotaskPromises?: boolean
  /** `escape` and `unescape` are there, as on most phones. Default `false`. */
  hasEscape?: boolean
}

/** An engine of its own, as bare as a phone's. */
export interface Realm {
  readonly context: Context
  /** Runs code as a script and gives what its last statement gives. `fileName` is for stack traces. */
  run(code: string, fileName?: string): unknown
  /** Makes a value a global of the realm: a `wx`, a `report`. */
  define(name: string, value: unknown): void
  /** An `ArrayBuffer` of the realm, for what a host hands over: one of another realm fails its `instanceof`. */
  makeBuffer(bytes: Uint8Array): ArrayBuffer
}

const REMOVED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'globalThis']
const ESCAPES = ['escape', 'unescape']

/**
 * Makes a realm with the language, timers and a silent console, and nothing else: no web, no Node, no `globalThis`, no
 * code from strings. Code written for a phone runs in it as it must: what it needs beside that has to be defined.
 *
 * @example
 * const realm = createRealm({ functions: 'undefined' })
 * const phone = createWxFake({ cuts: [1, 2, 3], makeBuffer: realm.makeBuffer })
 * realm.define('wx', phone.wx)
 * realm.run(bundle)
 */
export function createRealm({ functions, macrotaskPromises = false, hasEscape = false }: RealmOptions): Realm {
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
  const run = (code: string, fileName?: string): unknown => runInContext(code, context, { filename: fileName })
  const setGlobal = run('(function (name, value) { this[name] = value })') as (name: string, value: unknown) => void
  const define = (name: string, value: unknown): void => setGlobal.call(run('this'), name, value)
  const quiet = (): void => {}
  const globals = { setTimeout, clearTimeout, setInterval, clearInterval, console: { log: quiet, warn: quiet, error: quiet } }
  for (const [name, value] of Object.entries(globals)) define(name, value)
  run(`${STRIP}(this, ${JSON.stringify(hasEscape ? REMOVED : [...REMOVED, ...ESCAPES])}, ${JSON.stringify(functions)})`)
  if (macrotaskPromises) run(`${SLOW_PROMISES}(this)`)
  const makeView = run('(function (length) { return new Uint8Array(length) })') as (length: number) => Uint8Array
  return {
    context,
    run,
    define,
    makeBuffer(bytes) {
      const view = makeView(bytes.length)
      view.set(bytes)
      return view.buffer as ArrayBuffer
    },
  }
}

// What runs inside is text, not a function of this file made text: a compiler may have put helpers into that.
const STRIP = `(function (scope, removed, functions) {
  removed.forEach(function (name) { delete scope[name] })
  scope.eval = undefined
  var real = scope.Function
  var stub = function (text) {
    if (arguments.length === 1 && text === 'return this') return function () { return scope }
    if (functions === 'throw') throw new TypeError('code generation from strings is not allowed')
  }
  stub.prototype = real.prototype
  real.prototype.constructor = stub
  scope.Function = stub
})`

// `await` is not slowed: the language does not ask for a promise's own `then` there.
const SLOW_PROMISES = `(function (scope) {
  var Real = scope.Promise
  var then = Real.prototype.then
  function later(callback) {
    return typeof callback !== 'function' ? callback : function (value) {
      return new Real(function (resolve, reject) {
        scope.setTimeout(function () {
          try { resolve(callback(value)) } catch (error) { reject(error) }
        }, 0)
      })
    }
  }
  Real.prototype.then = function (onValue, onError) { return then.call(this, later(onValue), later(onError)) }
})`
