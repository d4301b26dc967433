import { bed } from '../../lib/beds.js'
import { phoneFiles } from '../../lib/phone-files.js'

/**
 * Runs code against the mini-program build in QuickJS, an engine with the language and nothing else. `code` is the body
 * of a function with `require` for doors; what it puts into `report(value)` comes back, once timers have run out.
 */
export async function runInQuickjs(code: string): Promise<unknown[]> {
  const tools = await bed('quickjs')
  const { getQuickJS } = tools.require('quickjs-emscripten')
  const context = (await getQuickJS()).newContext()
  const evaluate = (text: string, name: string) => {
    const result = context.evalCode(text, name)
    if (result.error) {
      const error = context.dump(result.error)
      throw new Error(`${error.name}: ${error.message}\n${error.stack}`)
    }
    const value = context.dump(result.value)
    result.value.dispose()
    return value
  }
  try {
    evaluate(host(phoneFiles()), 'host.js')
    evaluate(`(function (require) {${code}\n})(function (door) { return load(door + '.js') })`, 'test.js')
    // Promises and timers take turns until both have nothing left; the clock jumps.
    for (let turn = 0; turn < 10_000; turn += 1) {
      context.runtime.executePendingJobs()
      if (!evaluate('runTimer()', 'host.js')) break
    }
    return JSON.parse(evaluate('JSON.stringify(reported)', 'host.js'))
  } finally {
    context.dispose()
  }
}

/** Modules, timers and a console, in the engine's own language. */
function host(files: Map<string, string>): string {
  const modules = [...files].map(([name, text]) => `${JSON.stringify(name)}: function (require, module, exports) {${text}\n}`)
  return `
var files = {${modules.join(',\n')}}
var loaded = {}, reported = [], timers = [], clock = 0, nextId = 1
function report(value) { reported.push(value) }
function load(name) {
  if (loaded[name]) return loaded[name].exports
  if (!files[name]) throw new Error('cannot find ' + name)
  var module = loaded[name] = { exports: {} }
  files[name](function (target) { return load(join(name, target)) }, module, module.exports)
  return module.exports
}
function join(from, target) {
  var parts = from.split('/').slice(0, -1)
  target.split('/').forEach(function (part) { if (part === '..') parts.pop(); else if (part !== '.') parts.push(part) })
  return parts.join('/')
}
function addTimer(callback, ms, every) { timers.push({ id: nextId, at: clock + (ms || 0), callback: callback, every: every }); return nextId++ }
function clearTimer(id) { timers = timers.filter(function (timer) { return timer.id !== id }) }
function setTimeout(callback, ms) { return addTimer(callback, ms) }
function setInterval(callback, ms) { return addTimer(callback, ms, ms) }
var clearTimeout = clearTimer, clearInterval = clearTimer
var console = { log: function () {}, warn: function () {}, error: function () {} }
function runTimer() {
  if (!timers.length) return false
  var timer = timers.reduce(function (first, each) { return each.at < first.at ? each : first })
  clock = timer.at
  if (timer.every === undefined) clearTimer(timer.id); else timer.at += Math.max(1, timer.every)
  timer.callback()
  return true
}
`
}

