/**
 * A host written in nothing but the language, for engines outside Node that have nothing but the language (QuickJS, a
 * JavaScriptCore shell): CommonJS modules by path, timers whose clock jumps, a silent console, and `report(value)` for
 * results. Run it first, then {@link inRealmHost}; call `runTimer()` until it gives `false`, and read `reported`.
 */
export function realmHost(files: ReadonlyMap<string, string>): string {
  const modules = [...files].map(([name, text]) => `${JSON.stringify(name)}: function (require, module, exports) {${text}\n}`)
  return `
var files = {${modules.join(',\n')}}
${HOST}`
}

/** Code for a {@link realmHost}: the body of a function whose `require` takes a module's path without `.js`. */
export const inRealmHost = (code: string): string => `(function (require) {${code}\n})(function (door) { return load(door + '.js') })`

const HOST = `
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
var setTimeout = function (callback, ms) { return addTimer(callback, ms) }
var setInterval = function (callback, ms) { return addTimer(callback, ms, ms) }
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
