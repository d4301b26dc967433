import { createRunContext } from '../../context/run-context.js'
import type { Agent, LedgerEntry, RunContext, RunInput, ToolLedger } from '../../contracts.js'
import { isTerminal, type AgentEvent, type RunErrorEvent, type RunFinishedEvent } from '../../protocol/events.js'
import type { Interrupt, Message, ResumeEntry } from '../../protocol/messages.js'
import { expectOfficiallyValid } from '../../testkit/official-verifier.js'

/** The input of a run: one question, unless told otherwise. */
export function question(more: Partial<RunInput> = {}): RunInput {
  return { threadId: 'thread', runId: 'run-1', messages: [{ id: 'user-1', role: 'user', content: '来一杯拿铁' }], tools: [], context: [], ...more }
}

/** A context whose ids can be foretold. */
export function contextOf(parts: Partial<RunContext> = {}): RunContext {
  let counter = 0
  return createRunContext({ ids: kind => kind + '-' + ++counter, ...parts })
}

/** What came out of a run so far. */
export interface Recording {
  readonly events: AgentEvent[]
  /** Must stay undefined: failures of a run are events. */
  error: unknown
  isComplete: boolean
  leave(): void
}

/** Subscribes to a run and writes down what it says. */
export function record(agent: Agent<any>, input = question(), context = contextOf()): Recording {
  const recording: Recording = { events: [], error: undefined, isComplete: false, leave: () => {} }
  const subscription = agent(input, context).subscribe({
    next: event => void recording.events.push(event),
    error: error => void (recording.error = error),
    complete: () => void (recording.isComplete = true),
  })
  recording.leave = () => subscription.unsubscribe()
  return recording
}

/** The log of a run that is over; the official verifier has seen it. */
export function ended({ events, error, isComplete }: Recording): AgentEvent[] {
  if (error !== undefined) throw error
  expectOfficiallyValid(events)
  if (!isComplete) throw new Error('The run has said its last word and does not complete.')
  return events
}

/** Runs an agent that needs no time. */
export function run(agent: Agent<any>, input = question(), context = contextOf()): AgentEvent[] {
  return ended(record(agent, input, context))
}

export const typesOf = (events: readonly AgentEvent[]): string[] => events.map(event => event.type)

/** Either end, with the fields of both: a test says which it expects. */
export type RunEnd = { type: string } & Partial<Omit<RunFinishedEvent, 'type'> & Omit<RunErrorEvent, 'type'>>

/** The end of a run, whichever it is. */
export function endOf(events: readonly AgentEvent[]): RunEnd {
  return events.filter(isTerminal)[0] as RunEnd
}

/** The questions a run ended with. */
export function asked(events: readonly AgentEvent[]): Interrupt[] {
  const outcome = endOf(events).outcome
  return outcome?.type === 'interrupt' ? outcome.interrupts : []
}

/** Each result as `id code content`; without a code where all is well. */
export function resultsOf(events: readonly AgentEvent[]): [toolCallId: string, content: string, code?: string][] {
  const results: [string, string, string?][] = []
  for (const event of events) {
    if (event.type !== 'TOOL_CALL_RESULT') continue
    const code = event.metadata?.sampan?.error as string | undefined
    results.push(code ? [event.toolCallId, event.content as string, code] : [event.toolCallId, event.content as string])
  }
  return results
}

/** The history a run left behind when it stopped to ask. */
export function historyOf(events: readonly AgentEvent[]): Message[] {
  for (const event of events) if (event.type === 'MESSAGES_SNAPSHOT') return JSON.parse(JSON.stringify(event.messages))
  throw new Error('The run has asked nothing.')
}

/** The input of the run that answers what an earlier one asked. `undefined` as an answer is `cancelled`. */
export function answers(events: readonly AgentEvent[], given: Record<string, unknown>, more: Partial<RunInput> = {}): RunInput {
  const resume = Object.keys(given).map<ResumeEntry>(interruptId =>
    given[interruptId] === undefined ? { interruptId, status: 'cancelled' } : { interruptId, status: 'resolved', payload: given[interruptId] },
  )
  return question({ runId: 'run-2', messages: historyOf(events), resume, ...more })
}

/** A ledger that remembers each thing written into it, in order, among other things a test tells it. */
export function loggingLedger(entries: readonly LedgerEntry[] = []): ToolLedger & { readonly log: string[]; note(word: string): void; entries(): LedgerEntry[] } {
  const byId = new Map(entries.map(entry => [entry.toolCallId, entry]))
  const log: string[] = []
  return {
    log,
    note: word => void log.push(word),
    entries: () => Array.from(byId.values()),
    get: toolCallId => byId.get(toolCallId),
    put(entry) {
      byId.set(entry.toolCallId, entry)
      log.push(entry.toolCallId + ' ' + entry.state)
    },
  }
}
