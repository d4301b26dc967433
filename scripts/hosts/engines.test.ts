import { beforeAll, describe, expect, test } from 'vitest'
import { packed } from '../lib/beds.js'
import { runInQuickjs } from '../beds/quickjs/run-in-quickjs.js'
import { phoneDoors } from '../pack/doors.js'

beforeAll(async () => { await packed() })

describe('QuickJS, an engine with nothing but the language', () => {
  test('loads every door of the mini-program build', async () => {
    const doors = phoneDoors().map(({ name }) => name)
    expect(await runInQuickjs(`${JSON.stringify(doors)}.forEach(function (door) { report([door, Object.keys(require(door)).length > 0]) })`))
      .toEqual(doors.map(door => [door, true]))
  })

  test('runs Observables over its timers and checks with schemas', async () => {
    expect(await runInQuickjs(`
      var rx = require('rxjs'), z = require('zod').z
      var Value = z.object({ text: z.string() })
      rx.interval(10).pipe(rx.take(3), rx.map(function (index) { return Value.safeParse({ text: index === 1 ? 1 : '好' }).success })).subscribe(report)
      rx.lastValueFrom(rx.of(1, 2)).then(report)
    `)).toEqual([2, true, false, true])
  })
})
