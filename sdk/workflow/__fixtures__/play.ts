import { asked, contextOf, ended, endOf, record, type Recording } from '../../agent/__fixtures__/runs.js'
import { memoryLedger } from '../../context/run-context.js'
import type { Agent, Checkpoint, CheckpointStore, RunContext, RunInput, ToolLedger } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { createTestClock, type TestClock } from '../../testkit/test-clock.js'

/** Storage as it would be after a kill: what is read is not what was written, but a copy of it. */
export function copyingCheckpoints(): CheckpointStore & { readonly size: () => number; readonly written: () => number } {
  const texts = new Map<string, string>()
  let written = 0
  return {
    size: () => texts.size,
    written: () => written,
    load: runId => (texts.has(runId) ? (JSON.parse(texts.get(runId)!) as Checkpoint) : undefined),
    save(checkpoint) {
      const text = JSON.stringify(checkpoint)
      written += text.length
      texts.set(checkpoint.runId, text)
    },
    delete: runId => void texts.delete(runId),
  }
}

/** A phone: what lasts over kills, and the runs of one thread. */
export interface Phone {
  readonly clock: TestClock
  readonly ledger: ToolLedger
  readonly checkpoints: ReturnType<typeof copyingCheckpoints>
  readonly runs: Recording[]
  state: unknown
  /** Starts a run and returns what it says; it may not be over. */
  start(more: Partial<RunInput>, parts?: Partial<RunContext>): Recording
  /** The events of the last run, which is over and in order. */
  last(): AgentEvent[]
  /** Starts with an input, to the end of the run. */
  begin(value?: unknown): AgentEvent[]
  /** Answers all questions of the last run by id, or all of them the same. */
  answer(payload: unknown | ((id: string) => unknown)): AgentEvent[]
  /** Kills the run that goes on and takes it up again, to its end. */
  reopen(): AgentEvent[]
  /** Kills: nothing of the run is heard any more. */
  kill(): void
  /** Takes the run up again that was killed. */
  attach(): Recording
}

/** Plays one workflow on a phone. */
export function phoneOf(agent: Agent, parts: Partial<RunContext> = {}): Phone {
  const [clock, ledger, checkpoints] = [createTestClock(), memoryLedger(), copyingCheckpoints()]
  let input: RunInput
  const phone: Phone = {
    clock, ledger, checkpoints,
    runs: [],
    state: undefined,
    start(more, given) {
      const { state } = phone
      input = { threadId: 'thread', runId: 'run-' + (phone.runs.length + 1), messages: [], tools: [], context: [], state, ...more }
      const context = contextOf({ clock, ledger, checkpoints, ...parts, ...given })
      const recording = record(agent, JSON.parse(JSON.stringify(input)), context)
      phone.runs.push(recording)
      return recording
    },
    last() {
      const events = ended(phone.runs[phone.runs.length - 1]!)
      for (const event of events) if (event.type === 'STATE_SNAPSHOT') phone.state = JSON.parse(JSON.stringify(event.snapshot))
      return events
    },
    begin(value) {
      phone.start({ forwardedProps: { input: value } })
      return phone.last()
    },
    answer(payload) {
      phone.start({ resume: resumeOf(phone.last(), payload) })
      return phone.last()
    },
    kill: () => phone.runs[phone.runs.length - 1]!.leave(),
    attach() {
      phone.kill()
      return phone.start({ runId: input.runId, attach: { runId: input.runId } })
    },
    reopen() {
      phone.attach()
      return phone.last()
    },
  }
  return phone
}

export function resumeOf(events: readonly AgentEvent[], payload: unknown): RunInput['resume'] {
  return asked(events).map(({ id }) => ({ interruptId: id, status: 'resolved' as const, payload: typeof payload === 'function' ? (payload as (id: string) => unknown)(id) : payload }))
}

export const questionsOf = (events: readonly AgentEvent[]): string[] => asked(events).map(({ id }) => id)
export const resultOf = (events: readonly AgentEvent[]): unknown => {
  const end = endOf(events)
  if (end.outcome?.type !== 'success') throw new Error('The run did not succeed: ' + JSON.stringify(end))
  return end.result
}
