import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyingCheckpoints, questionsOf, resultOf } from './__fixtures__/play.js'
import { anyShape, digest, flowOf, stepsOf, type Shape } from './__fixtures__/random-flows.js'
import { defineWorkflow } from './define-workflow.js'
import { asked, contextOf, ended, endOf, record, type Recording } from '../agent/__fixtures__/runs.js'
import { memoryLedger } from '../context/run-context.js'
import type { CheckpointStore, RunInput, ToolLedger } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { createTestClock } from '../testkit/test-clock.js'

interface Played { result: unknown; effects: Map<string, number>; interrupts: number; kills: number; agains: number; left: number }
interface Luck { readonly turns: readonly number[]; readonly isSlow: boolean; readonly kills: boolean }

/** Things that happen one by one when the test lets them; a kill throws all of them away. */
function createStage() {
  let work: (() => void)[] = []
  let writes: (() => void)[] = []
  const later = (list: () => (() => void)[]) => <T>(make: () => T): PromiseLike<T> => {
    let told: { value: T } | undefined
    const waiting: ((value: T) => unknown)[] = []
    list().push(() => {
      told = { value: make() }
      waiting.forEach(done => done(told!.value))
    })
    // No promise: all of a play stays in one call stack.
    const promised: PromiseLike<T> = { then: (done?: any) => (done && (told ? done(told.value) : waiting.push(done)), promised as never) }
    return promised
  }
  return {
    later: later(() => work),
    /** What is stored is stored in order. */
    write: later(() => writes),
    kill: () => void ([work, writes] = [[], []]),
    step(pick: number): boolean {
      const count = work.length + (writes.length ? 1 : 0)
      if (!count) return false
      const at = pick % count
      if (at < work.length) work.splice(at, 1)[0]!()
      else writes.shift()!()
      return true
    },
  }
}

/** Plays a flow to its end: answers what it asks, kills it and takes it up again as luck has it. */
function play(shapes: readonly Shape[], { turns, isSlow, kills: mayKill }: Luck): Played {
  const stage = createStage()
  const [ledger, checkpoints, clock] = [memoryLedger(), copyingCheckpoints(), createTestClock()]
  const played: Played = { result: undefined, effects: new Map(), interrupts: 0, kills: 0, agains: 0, left: 0 }
  /** Calls that may be made once more: whether they had their effect was not known when the app was killed. */
  const excused = new Map<string, number>()
  const steps = stepsOf((value, { toolCallId }, isSync) => {
    const { effects } = played
    effects.set(toolCallId, (effects.get(toolCallId) ?? 0) + 1)
    return isSync ? value : stage.later(() => value)
  })
  const slowLedger: ToolLedger = { get: ledger.get, put: entry => stage.write(() => void ledger.put(JSON.parse(JSON.stringify(entry)))) }
  const slowCheckpoints: CheckpointStore = { load: id => stage.later(() => checkpoints.load(id)) as never, save: point => stage.write(() => void checkpoints.save(point)), delete: id => stage.write(() => void checkpoints.delete(id)) }
  const context = contextOf(isSlow ? { clock, ledger: slowLedger, checkpoints: slowCheckpoints } : { clock, ledger, checkpoints })
  const agent = defineWorkflow({ name: 'w', flow: flowOf(shapes, steps) })
  const luck = turns.slice()
  let number = 0
  const begin = (more: Partial<RunInput>, runId = 'run-' + ++number): [RunInput, Recording] => {
    const input: RunInput = { threadId: 't', runId, messages: [], tools: [], context: [], ...more }
    return [input, record(agent, JSON.parse(JSON.stringify(input)), context)]
  }
  let [input, run] = begin({ forwardedProps: { input: 1 } })
  for (let step = 0; step < 20_000; step++) {
    if (run.isComplete) {
      // Storing goes on after the end.
      while (stage.step(0)) {}
      const events = ended(run)
      if (endOf(events).outcome?.type !== 'interrupt') {
        played.result = resultOf(events)
        // What a kill kept from being deleted goes with whoever owns the storage.
        played.left = (played.kills ? 0 : checkpoints.size()) + clock.pending
        return played
      }
      played.interrupts++
      ;[input, run] = begin({ state: stateOf(events), resume: answers(events) })
    }
    const turn = luck.shift() ?? 1
    if (mayKill && turn % 7 === 0) kill()
    else if (!stage.step(turn)) clock.advance(1_000)
  }
  throw new Error('The run comes to no end.')

  function kill(): void {
    run.leave()
    stage.kill()
    played.kills++
    for (const { toolCallId, state } of ledger.entries()) {
      // In the ledger a call of a workflow inside stands behind that one's id.
      const id = toolCallId.slice(toolCallId.lastIndexOf('run-'))
      if (state === 'executing') excused.set(id, (excused.get(id) ?? 0) + 1)
    }
    // Where nothing had been stored yet, the app does what it did: the same message, the same answers.
    const { runId } = input
    const isKnown = checkpoints.load(runId) !== undefined
    ;[, run] = isKnown ? begin({ attach: { runId } }, runId) : begin(input, runId)
    check()
  }
  function check(): void {
    for (const [id, count] of played.effects) if (!/\bagain(-\d+)?$/.test(id)) expect(count, id).toBeLessThanOrEqual(1 + (excused.get(id) ?? 0))
  }
  function answers(events: readonly AgentEvent[]): RunInput['resume'] {
    expect(new Set(questionsOf(events)).size).toBe(questionsOf(events).length)
    check()
    return asked(events).map(({ id, reason, metadata }) => {
      if (metadata?.sampan?.mayHaveRun) played.agains++
      return { interruptId: id, status: 'resolved', payload: reason === 'input_required' ? digest(id) : { approved: true } }
    })
  }
}

function stateOf(events: readonly AgentEvent[]): unknown {
  let state: unknown
  for (const event of events) if (event.type === 'STATE_SNAPSHOT') state = event.snapshot
  return JSON.parse(JSON.stringify(state))
}

const anyLuck = fc.record<Luck>({ turns: fc.array(fc.nat(999), { maxLength: 120, size: 'max' }), isSlow: fc.boolean(), kills: fc.constant(true) })

it('comes to the same result with kills and questions as without, and has each effect once', () => {
  fc.assert(
    fc.property(anyShape, anyLuck, (shapes, luck) => {
      const calm = play(shapes, { turns: [], isSlow: false, kills: false })
      const rough = play(shapes, luck)
      expect(rough.result).toEqual(calm.result)
      expect([rough.left, calm.left], 'checkpoints and timers that are left').toEqual([0, 0])
      expect(Array.from(rough.effects.keys()).sort()).toEqual(Array.from(calm.effects.keys()).sort())
      expect(Array.from(calm.effects.values()).every(count => count === 1)).toBe(true)
    }),
    { numRuns: 100 },
  )
}, 60_000)

it('plays flows in which everything of interest happens', () => {
  const sum = { interrupts: 0, kills: 0, agains: 0, effects: 0 }
  for (const [shapes, luck] of fc.sample(fc.tuple(anyShape, anyLuck), { numRuns: 60, seed: 3 })) {
    const { interrupts, kills, agains, effects } = play(shapes, luck)
    sum.interrupts += interrupts
    sum.kills += kills
    sum.agains += agains
    sum.effects += effects.size
  }
  for (const [what, count] of Object.entries(sum)) expect(count, what).toBeGreaterThan(10)
}, 60_000)
