import fc from 'fast-check'
import { map } from 'rxjs'
import { expect, it } from 'vitest'
import { answers, asked, contextOf, endOf, loggingLedger, question, record, resultsOf, type Recording } from './__fixtures__/runs.js'
import { anyScript, createStage, stagedModel, stagedTool, type Script } from './__fixtures__/scripts.js'
import { createAgent } from './create-agent.js'
import { createCancel } from '../context/cancel.js'
import type { CancelSignal, RunInput } from '../contracts.js'
import { isTerminal, type AgentEvent } from '../protocol/events.js'
import { expectOfficiallyValid } from '../testkit/official-verifier.js'
import { createTestClock } from '../testkit/test-clock.js'

/** A signal that counts who listens. */
function counted(signal: CancelSignal): CancelSignal & { readonly listeners: number } {
  const listeners = new Set<object>()
  return {
    get isCancelled() {
      return signal.isCancelled
    },
    get listeners() {
      return listeners.size
    },
    onCancel(listener) {
      const token = {}
      const stop = signal.onCancel(listener)
      if (!signal.isCancelled) listeners.add(token)
      return () => {
        listeners.delete(token)
        stop()
      }
    },
  }
}

/** Plays a script to its end: runs, questions, answers, until nobody asks any more. */
function play(script: Script): { runs: Recording[]; effects: string[] } {
  const stage = createStage()
  const ledger = loggingLedger()
  const effects: string[] = []
  // Written down and not thrown: what a tool throws is a result like any other.
  const violations: string[] = []
  const approved = new Set<string>()
  const tools = script.tools.map(tool =>
    stagedTool(tool, stage, (toolCallId, args) => {
      if (ledger.get(toolCallId)?.state !== 'executing') violations.push('the ledger has no entry before the effect')
      if ((tool.approval === 'ask' || tool.requiresGesture) && !approved.has(toolCallId)) violations.push('it was not approved')
      if (tool.approval === 'deny') violations.push('it was denied')
      effects.push(tool.name + ' ' + toolCallId + ' ' + JSON.stringify(args))
    }),
  )
  const slow = { get: ledger.get, put: (entry: Parameters<typeof ledger.put>[0]) => (void ledger.put(entry), stage.later(undefined)) }
  const clock = createTestClock()
  const base = contextOf({ ledger: script.ledger === 'slow' ? slow : ledger, clock })
  const agent = createAgent({
    model: stagedModel(script.answers, stage),
    tools,
    maxSteps: script.maxSteps,
    maxResultChars: 100,
    middleware: script.wrapped ? [(input, context, next) => next(input, context).pipe(map(event => event))] : [],
  })
  const turns = script.turns.slice()
  const decisions = script.decisions.slice()
  const runs: Recording[] = []
  let input: RunInput | undefined = question()
  while (input && runs.length < 5) {
    const cancel = createCancel()
    const signal = counted(cancel.signal)
    const { modelCalls } = stage
    const recording = record(agent, input, { ...base, cancel: signal })
    runs.push(recording)
    const hasLeft = carryOut(recording)
    expect([clock.pending, signal.listeners], 'timers and listeners that are left').toEqual([0, 0])
    checkLog(recording, hasLeft)
    // An app that died does what it was doing once more: the same input over the same ledger, and the same answers.
    if (hasLeft) stage.modelCalls = modelCalls
    input = hasLeft ? { ...input, runId: 'run-' + (runs.length + 1) } : nextInput(recording.events)

    function carryOut({ leave }: Recording): boolean {
      for (let steps = 0; !recording.isComplete && steps < 500; steps++) {
        const { turn, pick } = turns.shift() ?? { turn: 'go', pick: 0 }
        if (turn === 'cancel') cancel.cancel()
        if (turn === 'wait') clock.advance(1_000)
        if (turn === 'leave') return leave(), true
        const [next] = stage.waiting.splice(pick % (stage.waiting.length || 1), 1)
        if (next) next()
        else clock.advance(1_000)
      }
      expect(recording.isComplete, 'a run comes to an end').toBe(true)
      return false
    }
  }
  // What was still on its way arrives after the last run: nobody may hear of it.
  const lengths = runs.map(recording => recording.events.length)
  for (let late = 0; stage.waiting.length && late < 500; late++) stage.waiting.shift()!()
  expect(runs.map(recording => recording.events.length)).toEqual(lengths)
  expect(violations).toEqual([])
  return { runs, effects }

  function nextInput(events: readonly AgentEvent[]): RunInput | undefined {
    const given: Record<string, unknown> = {}
    for (const { id, toolCallId } of asked(events)) {
      const decision = id.startsWith('again-') ? 'no' : (decisions.shift() ?? 'no')
      if (decision === 'yes' || decision === 'edited') approved.add(toolCallId!)
      given[id] = decision === 'cancelled' ? undefined : { approved: decision !== 'no', editedArgs: decision === 'edited' ? { n: 5 } : undefined }
    }
    return Object.keys(given).length ? answers(events, given, { runId: 'run-' + (runs.length + 1) }) : undefined
  }
}

function checkLog({ events, error }: Recording, hasLeft: boolean): void {
  expect(error, 'a stream never fails').toBeUndefined()
  if (hasLeft) return expect(events.filter(isTerminal)).toHaveLength(0)
  expectOfficiallyValid(events)
  const count = (...types: AgentEvent['type'][]) => events.filter(event => types.includes(event.type)).length
  for (const [start, stop] of [['TEXT_MESSAGE_START', 'TEXT_MESSAGE_END'], ['TOOL_CALL_START', 'TOOL_CALL_END'], ['REASONING_START', 'REASONING_END'], ['REASONING_MESSAGE_START', 'REASONING_MESSAGE_END'], ['STEP_STARTED', 'STEP_FINISHED']] as const) {
    expect(count(start), start).toBe(count(stop))
  }
  expect(endOf(events).usage).toBeDefined()
  const open = new Set(asked(events).map(interrupt => interrupt.toolCallId))
  const results = resultsOf(events).map(([id]) => id)
  // A call of an answer that began anew is none, unless the answer said it again.
  const calls = new Map<string, string>()
  for (const event of events) {
    if (event.type === 'TOOL_CALL_START') calls.set(event.toolCallId, event.parentMessageId!)
    else if (event.type === 'CUSTOM') calls.forEach((messageId, id) => messageId === event.value.messageId && calls.delete(id))
  }
  expect(new Set(results).size, 'one result for a call').toBe(results.length)
  for (const id of calls.keys()) expect(open.has(id) !== results.includes(id), 'a result or a question for each call').toBe(true)
}

it('holds the law for any script of models, tools, approvals and cancels', () => {
  fc.assert(
    fc.property(anyScript, script => {
      const { effects } = play(script)
      expect(new Set(effects).size, 'each effect at most once').toBe(effects.length)
    }),
    { numRuns: 600 },
  )
})

it('plays scripts in which everything of interest happens', () => {
  const seen = new Set<string>()
  for (const script of fc.sample(anyScript, { numRuns: 500, seed: 7 })) {
    const { runs, effects } = play(script)
    if (effects.length) seen.add('effect')
    if (runs.length > 1) seen.add('resume')
    for (const { events } of runs) {
      if (events.some(event => event.type === 'CUSTOM' && event.name === 'sampan:step-reset')) seen.add('reset')
      const { type, outcome, code } = endOf(events) ?? { type: 'left' }
      seen.add(outcome?.type ?? code ?? type)
      resultsOf(events).forEach(([, , error]) => seen.add(error ?? 'result'))
    }
  }
  for (const what of ['effect', 'resume', 'reset', 'left', 'success', 'interrupt', 'cancelled', 'transport/truncated', 'agent/step-limit', 'endpoint/provider-error', 'result', 'agent/tool-denied', 'agent/tool-unknown', 'agent/tool-timeout', 'agent/tool-failed', 'agent/tool-outcome-unknown', 'agent/tool-arguments-invalid', 'agent/tool-arguments-cut', 'agent/tool-result-too-large']) {
    expect(seen).toContain(what)
  }
})
