import { Observable } from 'rxjs'
import { blockedBy, blockedEnd, checkInput, politeMessage, type Blocked } from './check-input.js'
import { childCancel } from './child-cancel.js'
import type { GuardrailSettings } from './guardrail.js'
import { judgedOf, keepJudged } from './judged-messages.js'
import { OutputGate, type Piece, type SaidText } from './output-gate.js'
import { createRunRecord, type RunRecord } from './run-record.js'
import { judge, type Verdict } from './verdict.js'
import type { RunContext, RunFunction, RunInput } from '../../contracts.js'
import { customEvent } from '../../protocol/custom-events.js'
import { isTerminal, type AgentEvent } from '../../protocol/events.js'
import { concat, of } from '../../protocol/streams.js'
import { transform } from '../../protocol/transform.js'

/** Runs, and judges what is said; with `checksInput` also what was asked, side by side. */
export function watchRun(settings: GuardrailSettings, input: RunInput, context: RunContext, next: RunFunction, checksInput: boolean): Observable<AgentEvent> {
  const inner = childCancel(context.cancel)
  const run = next(input, { ...context, cancel: inner.signal })
  if (!settings.output && !checksInput) return run
  // What waits for a verdict may do so after the run's last word: it is the watch that ends.
  return concat<AgentEvent>(run, of(cutOff), new Observable<never>(() => {})).pipe(
    transform<AgentEvent, AgentEvent>((emit, end) => {
      const watch = new RunWatch(settings, input, context, emit, isBlocked => {
        // A run that has ended by itself has nothing to be cancelled.
        if (isBlocked) inner.cancel()
        end()
      })
      if (checksInput) watch.askInput()
      return { next: event => watch.push(event), release: () => watch.release() }
    }),
  )
}

/** The end of a run that had none. */
const cutOff: AgentEvent = { type: 'RUN_ERROR', code: 'transport/truncated', message: 'The run ended without saying how.' }

/** One run under watch. */
class RunWatch {
  private readonly record: RunRecord
  /** Messages in which something else stands than was said. */
  private readonly changed = new Set<string>()
  /** Messages of which something was never shown, since they were begun anew. */
  private readonly dropped = new Set<string>()
  private readonly forgets = new Set<() => void>()
  private readonly gate: OutputGate
  private standIns: Readonly<Record<string, string>>
  private state: unknown
  private isOver = false
  /** Something of what is shown was replaced: from there on nothing is shown before it is judged. */
  private isCareful = false

  constructor(
    private readonly settings: GuardrailSettings,
    private readonly input: RunInput,
    private readonly context: RunContext,
    private readonly emit: (event: AgentEvent) => void,
    private readonly stop: (isBlocked: boolean) => void,
  ) {
    this.record = createRunRecord(input.messages)
    this.standIns = judgedOf(input.state)
    this.state = input.state
    this.gate = new OutputGate({
      ...settings,
      ask: (piece, answer) => this.ask(piece, answer),
      forward: event => this.forward(event),
      release: (piece, verdict) => this.releasePiece(piece, verdict),
      drop: ({ said }) => void this.dropped.add(said.messageId),
      judged: (piece, verdict) => this.judged(piece, verdict),
    })
  }

  push(event: AgentEvent): void {
    this.gate.push(event)
  }

  release(): void {
    this.forgets.forEach(forget => forget())
  }

  /** Judges what was asked while the answer comes. */
  askInput(): void {
    const { settings, input, context, gate } = this
    gate.wait(1)
    const forget = checkInput(settings, input, context, ({ blocked, standIns }) => {
      this.standIns = { ...standIns, ...this.standIns }
      const state = keepJudged(this.state, standIns, input.messages)
      if (state !== this.state) this.emit({ type: 'STATE_SNAPSHOT', snapshot: (this.state = state) })
      if (blocked) this.takeBackAll(blocked)
      gate.wait(-1)
    })
    this.forgets.add(forget)
  }

  private ask({ said, start, text }: Piece, answer: (verdict: Verdict) => void): void {
    const { output } = this.settings
    if (!output) return answer('allow')
    const { threadId, runId } = this.input
    const about = { threadId, runId, messageId: said.messageId, before: () => said.judged.text().slice(0, start) }
    let forget = (): void => {}
    forget = judge(() => output(text, about), this.settings, this.context, verdict => {
      this.forgets.delete(forget)
      answer(verdict)
    })
    this.forgets.add(forget)
  }

  private say(event: AgentEvent): void {
    this.record.apply(event)
    this.emit(event)
  }

  /** What passes by: with what it repeats of a text as that stands now. */
  private forward(event: AgentEvent): void {
    if (this.isOver) return
    const { changed, dropped, record, standIns, input } = this
    if (event.type === 'STATE_SNAPSHOT') {
      this.state = keepJudged(event.snapshot, standIns, input.messages)
      return this.say({ ...event, snapshot: this.state })
    }
    if (isTerminal(event)) return this.leave(changed.size && 'result' in event ? { ...event, result: undefined } : event, false)
    if (!(changed.size || dropped.size) || event.type !== 'MESSAGES_SNAPSHOT') return this.say(event)
    const messages = event.messages.map(message => (changed.has(message.id) || dropped.has(message.id) ? Object.assign({}, message, { content: record.textOf(message.id) }) : message))
    this.say({ ...event, messages })
  }

  /** Text that was held. */
  private releasePiece({ said, text }: Piece, verdict: Verdict): void {
    if (this.isOver) return
    const blocked = blockedBy(verdict, this.settings.texts.output)
    const shown = blocked ? endingOf(said, blocked) : shownOf(text, verdict)
    if (shown) this.say({ ...said.last, delta: shown })
    if (verdict !== 'allow') this.changed.add(said.messageId)
    if (blocked) this.finish(said, blocked)
  }

  /**
   * Text that is shown already. With the first that is replaced, all that is not known to be good is taken back, and comes
   * again as it is judged: to say a whole text anew for each replacement would cost the square of them. A message that has
   * ended is said anew once more, when all of it is judged.
   */
  private judged({ said }: Piece, verdict: Verdict): void {
    if (this.isOver) return
    const blocked = blockedBy(verdict, this.settings.texts.output)
    if (blocked) {
      this.retract([[said.messageId, goodBeginning(said) + endingOf(said, blocked)]], blocked.reason)
      return this.finish(said, blocked)
    }
    if (this.isCareful ? said.open : verdict === 'allow') return
    const texts = this.isCareful ? [said] : this.gate.hold()
    this.isCareful = true
    const { reason = 'replaced' } = Object(verdict) as { reason?: string }
    this.retract(texts.map(text => [text.messageId, goodBeginning(text)] as const).filter(([messageId, text]) => text !== this.record.textOf(messageId)), reason)
  }

  /** What stands in messages now: each for those who know the event, all at once for those who do not. */
  private retract(texts: readonly (readonly [messageId: string, text: string])[], reason: string): void {
    texts.forEach(([messageId, text]) => {
      this.record.setText(messageId, text)
      this.changed.add(messageId)
      this.emit(customEvent('sampan:text-retracted', { messageId, text, reason }))
    })
    if (texts.length) this.emit({ type: 'MESSAGES_SNAPSHOT', messages: this.record.messages() })
  }

  /** The question was none to be answered. */
  private takeBackAll(blocked: Blocked): void {
    this.retract(this.record.said().filter(messageId => this.record.textOf(messageId)).map(messageId => [messageId, ''] as const), blocked.reason)
    this.end('input', blocked, true)
  }

  /** Of a thought nothing is left; the sentence for the person stands in a message. */
  private finish(said: SaidText, blocked: Blocked): void {
    this.end('output', blocked, said.isReasoning)
  }

  private end(place: 'input' | 'output', blocked: Blocked, needsMessage: boolean): void {
    if (needsMessage) politeMessage(this.context, blocked.text).forEach(event => this.say(event))
    this.leave(blockedEnd(this.input, place, blocked), true)
  }

  private leave(terminal: AgentEvent, isBlocked: boolean): void {
    this.isOver = true
    this.emit(terminal)
    this.stop(isBlocked)
  }
}

function endingOf({ isReasoning }: SaidText, { text }: Blocked): string {
  return isReasoning ? '' : text
}

/** The beginning of a message up to the first piece that is not known to be good, with what its pieces were replaced by. */
function goodBeginning({ pieces }: SaidText): string {
  const end = pieces.findIndex(({ verdict }) => !verdict || (verdict !== 'allow' && 'block' in verdict))
  return (end < 0 ? pieces : pieces.slice(0, end)).map(({ text, verdict }) => shownOf(text, verdict)).join('')
}

function shownOf(text: string, verdict: Verdict | undefined): string {
  return verdict && verdict !== 'allow' && 'replace' in verdict ? verdict.replace : text
}
