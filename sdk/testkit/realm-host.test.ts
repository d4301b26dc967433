import vm from 'node:vm'
import { describe, expect, it } from 'vitest'
import { inRealmHost, realmHost } from './realm-host.js'

const files = new Map([
  ['index.js', "exports.twice = require('./shared/math.js').twice"],
  ['view/react.js', "exports.four = require('../shared/math.js').twice(2)"],
  ['shared/math.js', 'report("math"); exports.twice = function (value) { return value * 2 }'],
])

/** Plays the engine: a context that has the language only. */
function play(code: string): unknown[] {
  const context = vm.createContext(Object.create(null))
  vm.runInContext(realmHost(files), context)
  vm.runInContext(inRealmHost(code), context)
  while (vm.runInContext('runTimer()', context));
  return JSON.parse(vm.runInContext('JSON.stringify(reported)', context) as string) as unknown[]
}

describe('realmHost', () => {
  it('loads each module once, by paths from where it stands', () => {
    expect(play("report(require('index').twice(4)); report(require('view/react').four)")).toEqual(['math', 8, 4])
  })
  it('names a module that is missing', () => {
    expect(() => play("require('absent')")).toThrow('cannot find absent.js')
  })
  it('lets the clock jump from timer to timer', () => {
    expect(
      play(`
        var rounds = 0
        setTimeout(function () { report('late') }, 60000)
        var id = setTimeout(function () { report('never') }, 5)
        clearTimeout(id)
        var beat = setInterval(function () { report('beat'); if (++rounds === 2) clearInterval(beat) }, 10)
      `),
    ).toEqual(['beat', 'beat', 'late'])
  })
})
