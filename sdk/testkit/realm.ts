import vm from 'node:vm'

/** Ways hosts differ in what they do to code generation and promises. */
export interface RealmOptions {
  /** What `Function(…)` does: WeChat answers `undefined` instead of throwing, others throw. */
  functions: 'throw' | 'undefined'
  /** Promises that settle through a timer, as on iOS 15 and older. */
  macrotaskPromises?: boolean
}

const REMOVED = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'escape', 'unescape', 'globalThis']

/** A context with the language, timers and a console, and nothing else: no web, no Node, no code from strings. */
export function bareRealm({ functions, macrotaskPromises = false }: RealmOptions): vm.Context {
  const context = vm.createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval }
  const quiet = () => {}
  vm.runInContext('(function (host) { for (const name in host) this[name] = host[name] })', context)
    .call(vm.runInContext('this', context), { ...timers, console: { log: quiet, warn: quiet, error: quiet } })
  vm.runInContext(`(${strip})(this, ${JSON.stringify(REMOVED)}, ${JSON.stringify(functions)})`, context)
  if (macrotaskPromises) vm.runInContext(`(${slowPromises})(this)`, context)
  return context
}

/** Runs inside the context. */
function strip(scope: any, removed: string[], functions: string): void {
  for (const name of removed) delete scope[name]
  scope.eval = undefined
  const real = scope.Function
  const stub: any = function (...args: string[]) {
    if (args.length === 1 && args[0] === 'return this') return () => scope
    if (functions === 'throw') throw new TypeError('code generation from strings is not allowed')
  }
  stub.prototype = real.prototype
  real.prototype.constructor = stub
  scope.Function = stub
}

/** Runs inside the context: a promise whose reactions are macrotasks. Enough of `then` for what we use. */
function slowPromises(scope: any): void {
  const Real = scope.Promise
  const then = Real.prototype.then
  const later = (callback: any) => typeof callback !== 'function' ? callback : (value: any) =>
    new Real((resolve: any, reject: any) => scope.setTimeout(() => {
      try {
        resolve(callback(value))
      } catch (error) {
        reject(error)
      }
    }, 0))
  Real.prototype.then = function (onValue: any, onError: any) {
    return then.call(this, later(onValue), later(onError))
  }
}
