import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { inRealmHost, realmHost } from '../../sdk/testkit/realm-host.js'
import { phoneFiles } from './phone-files.js'
import { mustRun, root } from './run.js'

/**
 * Runs code against the mini-program build in JavaScriptCore's shell, interpreted, with WeChat's `Function`: it answers
 * `return this` and gives `undefined` for everything else. Synchronous code only; what it reports comes back.
 */
export async function runInJsc(code: string): Promise<unknown[]> {
  // A file of its own: two test files run at the same time.
  const file = `${root}.cache/jsc-${randomUUID()}.js`
  mkdirSync(`${root}.cache`, { recursive: true })
  writeFileSync(file, `${WECHAT_FUNCTION}\n${realmHost(phoneFiles())}\n${inRealmHost(code)}\nprint(JSON.stringify(reported))`)
  const output = await mustRun('jsc', ['--useJIT=false', file]).finally(() => rmSync(file))
  return JSON.parse(output.trim().split('\n').at(-1)!)
}

const WECHAT_FUNCTION = `
(function (scope) {
  var real = scope.Function
  var stub = function (text) { if (arguments.length === 1 && text === 'return this') return function () { return scope } }
  stub.prototype = real.prototype
  real.prototype.constructor = stub
  scope.Function = stub
  scope.eval = undefined
})(this)
`
