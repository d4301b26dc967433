import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import vm from 'node:vm'
import { root } from './run.js'

/** Where the mini-program build lies once it is built. */
export const phoneFolder = `${root}build/sampan/miniprogram_dist`

/** The JavaScript files of the mini-program build, by path inside it. */
export function phoneFiles(): Map<string, string> {
  const names = readdirSync(phoneFolder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js')).sort()
  return new Map(names.map(name => [name.replaceAll('\\', '/'), readFileSync(`${phoneFolder}/${name}`, 'utf8')]))
}

const required = (text: string) => [...text.matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g)].map(match => match[1]!)

/** The files a page pulls in that requires these doors. */
export function reachableFrom(doors: string[], files = phoneFiles()): Map<string, string> {
  const found = new Map<string, string>()
  const queue = doors.map(door => `${door}.js`)
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue
    const text = files.get(name)
    if (text === undefined) throw new Error(`the mini-program build has no ${name}`)
    found.set(name, text)
    queue.push(...required(text).map(target => posix.join(posix.dirname(name!), target)))
  }
  return found
}

/** Loads doors of the mini-program build inside a context, as a mini-program's module system would. */
export function loadDoors(context: vm.Context, doors: string[], files = phoneFiles()): Record<string, any> {
  const loaded = new Map<string, { exports: any }>()
  const load = (name: string): any => {
    const known = loaded.get(name)
    if (known) return known.exports
    const text = files.get(name)
    if (text === undefined) throw new Error(`cannot find ${name}`)
    const module = { exports: vm.runInContext('({})', context) }
    loaded.set(name, module)
    const wrapper = vm.runInContext(`(function (require, module, exports) {${text}\n})`, context, { filename: name })
    wrapper((target: string) => load(posix.join(posix.dirname(name), target)), module, module.exports)
    return module.exports
  }
  return Object.fromEntries(doors.map(door => [door, load(`${door}.js`)]))
}
