import type { Observable } from 'rxjs'
import { cover, countToCover, coverUpTo, lastCovered, messagesOf, prune, restore, sizeOf, wholeHistory, type Shortened } from './shorten.js'
import { summarise, type Summary, type SummaryOptions } from './summarise.js'
import type { RunContext, RunFunction, RunInput, RunMiddleware } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import type { TokenUsage } from '../../protocol/messages.js'
import { concat, defer, of } from '../../protocol/streams.js'
import { transform } from '../../protocol/transform.js'

export interface CompactionOptions {
  /** The longest history a model is given, in tokens as {@link estimateTokens} counts them. Default 8 000. */
  maxTokens?: number
  /** How much of its end stays as it is when a summary is written, in tokens. Default half of `maxTokens`. */
  keepTokens?: number
  /** Who sums up what is older. Without it the oldest tool results are emptied, then the oldest turns left out. */
  summary?: SummaryOptions
}

/** What is kept in AG-UI's shared state, under `sampan.summary`: up to which message, and the notes about all before. */
interface Kept { readonly last: string; readonly text: string }
interface State { readonly sampan?: { readonly summary?: Kept } }

/**
 * Keeps what a model is given within a limit: older turns are summed up in one message, once, or left out. The conversation
 * itself stays whole, on the page and in storage. The last turn is never touched, and no call is parted from its result.
 *
 * @example
 * createAgent({ model, middleware: [compaction({ maxTokens: 6_000, summary: { model } })] })
 */
export function compaction({ maxTokens = 8_000, keepTokens = maxTokens / 2, summary }: CompactionOptions = {}): RunMiddleware {
  return (input, context, next) =>
    defer(() => {
      // What goes on from a checkpoint has its history there.
      if (input.attach) return next(input, context)
      const known = withNotes(input)
      if (sizeOf(known) <= maxTokens) return runWith(known, input, context, next)
      const count = countToCover(known, keepTokens)
      // An approval is acted on inside the tap: nothing may be waited for there.
      const isHurried = !!input.resume?.length || context.budget.exhausted() !== undefined
      if (!summary || !count || isHurried) return runWith(prune(known, maxTokens), input, context, next)
      let written: Summary = { usage: [] }
      return concat<AgentEvent>(
        summarise(summary, known.notes, ([] as Shortened['turns'][number]).concat(...known.turns.slice(0, count)), context, found => (written = found)),
        defer(() => {
          const { text, usage } = written
          if (text === undefined) return runWith(prune(known, maxTokens), input, context, next, usage)
          const history = { ...cover(known, count), notes: text }
          const state = keepNotes(input.state, { last: lastCovered(history), text })
          return concat(of<AgentEvent>({ type: 'STATE_SNAPSHOT', snapshot: state }), runWith(prune(history, maxTokens), { ...input, state }, context, next, usage))
        }),
      )
    })
}

function withNotes({ state, messages }: RunInput): Shortened {
  const whole = wholeHistory(messages)
  const kept = (Object(state) as State).sampan?.summary
  // Notes about messages that are not there any more are worth nothing: the person has gone back behind them.
  return (kept && coverUpTo(whole, kept.last, kept.text)) ?? whole
}

function keepNotes(state: unknown, summary: Kept): unknown {
  const { sampan, ...rest } = Object(state) as State
  return { ...rest, sampan: { ...sampan, summary } }
}

function runWith(history: Shortened, input: RunInput, context: RunContext, next: RunFunction, usage: readonly TokenUsage[] = []): Observable<AgentEvent> {
  const run = next({ ...input, messages: messagesOf(history) }, context)
  return run.pipe(
    transform<AgentEvent, AgentEvent>(emit => ({
      next(event) {
        if (event.type === 'MESSAGES_SNAPSHOT') emit({ ...event, messages: restore(event.messages, history) })
        else if (usage.length && (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR')) emit({ ...event, usage: usage.concat(event.usage ?? []) })
        else emit(event)
      },
    })),
  )
}
