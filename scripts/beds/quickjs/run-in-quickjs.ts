import { inRealmHost, realmHost } from '../../../sdk/testkit/realm-host.js'
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
    evaluate(realmHost(phoneFiles()), 'host.js')
    evaluate(inRealmHost(code), 'test.js')
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
