import { beforeAll, describe, expect, test } from 'vitest'
import { packed } from '../lib/beds.js'
import { runInJsc } from '../lib/run-in-jsc.js'
import { phoneDoors } from '../pack/doors.js'

beforeAll(async () => { await packed() })

describe('JavaScriptCore without a compiler, as WeChat runs it on iOS', () => {
  test('loads every door and checks with schemas where Function answers undefined', async () => {
    const doors = phoneDoors().map(({ name }) => name)
    expect(await runInJsc(`
      ${JSON.stringify(doors)}.forEach(function (door) { report([door, Object.keys(require(door)).length > 0]) })
      var z = require('zod').z
      report(z.object({ text: z.string() }).safeParse({ text: '好' }).success)
    `)).toEqual([...doors.map(door => [door, true]), true])
  })
})
