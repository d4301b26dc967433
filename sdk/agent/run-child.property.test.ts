import fc from 'fast-check'
import { expect, it } from 'vitest'
import { answers, asked, contextOf, endOf, ended, loggingLedger, question, record } from './__fixtures__/runs.js'
import { createStage } from './__fixtures__/scripts.js'
import { agentOf, anyTree, effectsOf, type Tree } from './__fixtures__/trees.js'
import { memoryCheckpoints } from '../context/run-context.js'
import type { LedgerEntry, ModelEvent, RunInput } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'

interface Play {
  readonly tree: Tree
  /** Which of the things that wait comes next. */
  readonly picks: readonly number[]
  /** After how many of them the app is killed, again and again. */
  readonly kills: readonly number[]
  readonly isStorageSlow: boolean
}

/** Plays a tree to its end, whatever happens to the app. What is in ledger, checkpoints and logs is all that survives. */
function play({ tree, picks, kills, isStorageSlow }: Play) {
  const logs = new Map<string, ModelEvent[]>()
  const checkpoints = memoryCheckpoints()
  const { ids } = contextOf()
  const effects: string[] = []
  const seen = new Set<string>()
  let entries: LedgerEntry[] = []
  let pick = 0
  let kill = 0
  let run = 1
  let input: RunInput | undefined = question({ parentRunId: 'app' })
  let last: AgentEvent[] = []
  for (let lives = 0; input && lives < 60; lives++) {
    const stage = createStage()
    const ledger = loggingLedger(entries)
    const load = (runId: string) => (isStorageSlow ? stage.later(checkpoints.load(runId) as never) : checkpoints.load(runId))
    const agent = agentOf(tree, stage, logs, place => void effects.push(place))
    const recording = record(agent, input, contextOf({ ids, ledger, checkpoints: { ...checkpoints, load } }))
    let left = kills[kill++] ?? Infinity
    while (stage.waiting.length && left-- > 0) stage.waiting.splice(picks[pick++ % picks.length]! % stage.waiting.length, 1)[0]!()
    // As it would come back from a storage.
    entries = JSON.parse(JSON.stringify(ledger.entries()))
    if (!recording.isComplete) {
      recording.leave()
      seen.add('kill')
      const hasBegun: boolean = checkpoints.load(input.runId) !== undefined
      if (hasBegun) seen.add('attach')
      input = { ...input, attach: hasBegun ? { runId: input.runId } : undefined }
      continue
    }
    last = ended(recording)
    if (last.some(event => event.type === 'SUBAGENT_STARTED' && event.parentSubagentRunId)) seen.add('two deep')
    const questions = asked(last)
    if (questions.some(({ subagentRunId }) => subagentRunId)) seen.add('question inside')
    if (questions.length > 1) seen.add('questions side by side')
    const state = last.reduce<unknown>((before, event) => (event.type === 'STATE_SNAPSHOT' ? JSON.parse(JSON.stringify(event.snapshot)) : before), undefined)
    const given = Object.fromEntries(questions.map(({ id }) => [id, { approved: true }]))
    input = questions.length ? answers(last, given, { runId: 'run-' + ++run, parentRunId: 'app', state }) : undefined
  }
  return { effects, last, seen }
}

const anyPlay: fc.Arbitrary<Play> = fc.record({
  tree: anyTree(2),
  picks: fc.array(fc.nat(9), { minLength: 5, maxLength: 30 }),
  kills: fc.array(fc.nat(25), { maxLength: 8 }),
  isStorageSlow: fc.boolean(),
})

function check(given: Play) {
  const { effects, last, seen } = play(given)
  expect(effects.slice().sort(), 'each effect once').toEqual(effectsOf(given.tree).sort())
  expect(endOf(last)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } })
  expect(last.filter(event => event.type === 'TEXT_MESSAGE_CONTENT').at(-1)).toMatchObject({ delta: 'root is done' })
  return seen
}

it('has each effect once in any tree of agents, whatever is asked and whenever the app is killed', () => {
  fc.assert(fc.property(anyPlay, given => void check(given)), { numRuns: 60 })
}, 60_000)

it('plays trees in which everything of interest happens', () => {
  const seen = new Set<string>()
  for (const given of fc.sample(anyPlay, { numRuns: 50, seed: 7 })) check(given).forEach(what => seen.add(what))
  expect(Array.from(seen).sort()).toEqual(['attach', 'kill', 'question inside', 'questions side by side', 'two deep'])
}, 60_000)
