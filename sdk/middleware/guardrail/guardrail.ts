import { Observable } from 'rxjs'
import { blockedEnd, checkInput, politeMessage, type InputJudgement } from './check-input.js'
import { judgedOf, keepJudged, sayAsGiven, withStandIns } from './judged-messages.js'
import { watchRun } from './watch-run.js'
import type { Check, JudgeOptions } from './verdict.js'
import type { RunContext, RunFunction, RunInput, RunMiddleware } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { concat, defer, of } from '../../protocol/streams.js'

export interface GuardrailOptions {
  /** Judges what the user says, before the model reads it. */
  input?: Check
  /** Judges what the assistant says, and what it thinks. */
  output?: Check
  /**
   * `blocking` (default): the model is not called before the user's message is judged; the assistant's text is held until it
   * is. `parallel`: nothing waits, and what turns out bad is taken back. By then tools may have run.
   */
  mode?: 'blocking' | 'parallel'
  /** How much of the assistant's text is judged at once. Default `sentence`. JSON (`output`) has none: `message`. */
  per?: 'message' | 'sentence'
  /** The longest piece given to a check, in characters. Default 2 000 for sentences, no limit for messages. */
  maxChars?: number
  /** Milliseconds a check may take. Default 10 000. */
  timeoutMs?: number
  /** What it means that a check throws, rejects, takes too long or gives no verdict. Default `block`. */
  onFailure?: 'block' | 'allow'
  /** What the person reads where a verdict brings no text. Default: a sentence in Chinese. */
  texts?: { input?: string; output?: string }
}

/** {@link GuardrailOptions} with every default filled in. */
export interface GuardrailSettings extends JudgeOptions {
  readonly input?: Check
  readonly output?: Check
  readonly holds: boolean
  readonly per: 'message' | 'sentence'
  readonly maxChars: number
  readonly texts: { readonly input: string; readonly output: string }
}

/**
 * Judges what goes in and what comes out. Where something is blocked the run ends well: the person reads a sentence, and
 * RUN_FINISHED tells `metadata.sampan.blocked` (`in`, `reason`). A message of the user's that was not allowed stays in the
 * conversation, and the models of later runs read something else in its place. Put it first in the list: what stands
 * outside of it, `compaction` with its summary for one, works with words that nobody judged.
 *
 * @example
 * createAgent({ model, middleware: [guardrail({ output: text => (isFine(text) ? 'allow' : { block: 'politics' }) })] })
 */
export function guardrail(options: GuardrailOptions): RunMiddleware {
  const settings = settingsOf(options)
  return (input, context, next) => defer(() => guard(settings, input, context, next))
}

function settingsOf({ input, output, mode, per = 'sentence', maxChars, timeoutMs = 10_000, onFailure = 'block', texts }: GuardrailOptions): GuardrailSettings {
  return {
    input,
    output,
    timeoutMs,
    onFailure,
    holds: mode !== 'parallel',
    per,
    maxChars: maxChars ?? (per === 'message' ? Infinity : 2_000),
    texts: { input: '抱歉，这个问题我不能回答，请换个问题。', output: '抱歉，这部分内容不能显示。', ...texts },
  }
}

function guard(settings: GuardrailSettings, given: RunInput, context: RunContext, next: RunFunction): Observable<AgentEvent> {
  const input = { ...given, messages: withStandIns(given.messages, judgedOf(given.state)) }
  const watch = (asked: RunInput, checksInput: boolean): Observable<AgentEvent> => watchRun(settings, asked, context, next, checksInput).pipe(sayAsGiven(given.messages, asked.messages))
  // What goes on was judged when it began.
  const isNew = settings.input !== undefined && !given.attach && !given.resume?.length
  if (!isNew || !settings.holds) return watch(input, isNew)
  let judgement: InputJudgement | undefined
  return concat<AgentEvent>(
    new Observable<never>(subscriber =>
      checkInput(settings, input, context, found => {
        judgement = found
        subscriber.complete()
      }),
    ),
    defer(() => {
      const { blocked, standIns } = judgement!
      const state = keepJudged(input.state, standIns, input.messages)
      const told: AgentEvent[] = state === input.state ? [] : [{ type: 'STATE_SNAPSHOT', snapshot: state }]
      if (blocked) return of(...told, ...politeMessage(context, blocked.text), blockedEnd(input, 'input', blocked))
      return concat(of(...told), watch({ ...input, messages: withStandIns(input.messages, standIns), state }, false))
    }),
  )
}
