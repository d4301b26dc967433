import { expect, test } from 'vitest'
import { forgetRuns, keepRun, keptRun } from './kept-runs.js'

test('a run finds what it kept, beside the app’s own state and other runs', () => {
  const state = keepRun(keepRun({ cart: 1 }, 'a', { step: 1 }), 'b', 0)
  expect([keptRun(state, 'a'), keptRun(state, 'b'), state]).toEqual([{ step: 1 }, 0, { cart: 1, sampan: { runs: { a: { step: 1 }, b: 0 } } }])
})

test('what is kept no longer leaves nothing of Sampan’s in the state', () => {
  const state = keepRun({ cart: 1 }, 'a', { step: 1 })
  expect(keepRun(state, 'a', undefined)).toEqual({ cart: 1 })
  expect(keepRun({ ...(state as object), sampan: { runs: { a: 1 }, agent: 'x' } }, 'a', undefined)).toEqual({ cart: 1, sampan: { agent: 'x' } })
})

test('a state without kept runs stays the very same', () => {
  const state = { cart: 1 }
  expect(keepRun(state, 'a', undefined)).toBe(state)
})

test('names every object has are not taken for runs, and a state that is no object holds none', () => {
  expect([keptRun({ sampan: { runs: {} } }, 'constructor'), keptRun('text', 'a'), keptRun(undefined, 'a')]).toEqual([undefined, undefined, undefined])
})

test('what runs keep is taken out for good, and nothing else is', () => {
  expect(forgetRuns({ own: 1, sampan: { runs: { a: 1 }, agents: { team: 'x' } } })).toEqual({ own: 1, sampan: { agents: { team: 'x' } } })
  expect(forgetRuns({ own: 1, sampan: { runs: { a: 1 } } })).toEqual({ own: 1 })
  for (const state of [undefined, null, 3, { own: 1 }, { sampan: { agents: {} } }]) expect(forgetRuns(state)).toBe(state)
})
