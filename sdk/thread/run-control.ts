import type { Subscription } from 'rxjs'
import { applyEvent } from './apply-event.js'
import type { Conversation } from './conversation.js'
import { LiveMessage } from './live-message.js'
import type { ThreadError } from './messages.js'
import { toWire } from './wire.js'
import { createCancel, type CancelSource } from '../context/cancel.js'
import { createRunContext } from '../context/run-context.js'
import type { Agent, RunContext, RunInput } from '../contracts.js'
import type { ErrorCode } from '../errors.js'
import type { AgentEvent, RunErrorEvent, RunFinishedEvent } from '../protocol/events.js'
import { forgetRuns } from '../protocol/kept-runs.js'
import type { ResumeEntry } from '../protocol/messages.js'

/** What a run of a thread needs from it. */
export interface RunControlOptions {
  readonly agent: Agent
  readonly threadId: string
  readonly conversation: Conversation
  readonly context: Partial<RunContext> & Pick<RunContext, 'ids' | 'clock' | 'ledger'>
  /** Each event, after the conversation has taken it in. */
  onEvent(event: AgentEvent, seq: number): void
  /** A run has ended and the conversation is up to date. */
  onEnd(): void
  toError(code: ErrorCode): ThreadError
}

/** Starts and ends the runs of one thread; there is never more than one. */
export class RunControl {
  private active: { subscription: Subscription | undefined; cancel: CancelSource } | undefined

  private readonly translated: Parameters<typeof toWire>[1] = new WeakMap()

  constructor(private readonly options: RunControlOptions) {}

  get isActive(): boolean {
    return this.active !== undefined
  }

  /** Runs the agent over the conversation. With `resume`, the last answer is gone on with; with `attach`, the run itself. */
  start(resume?: ResumeEntry[], attach?: string): void {
    const { conversation, threadId, context } = this.options
    const { ids, clock } = context
    const messages = toWire(conversation.settled, this.translated)
    if (conversation.summary) messages.unshift({ id: 'summary', role: 'system', content: conversation.summary })
    const live = resume || attach ? conversation.reopenLast() : undefined
    conversation.live = live ?? new LiveMessage(ids('answer'), clock.now())
    conversation.status = 'running'
    conversation.answered = conversation.interrupts
    conversation.interrupts = []
    resume?.forEach(entry => conversation.markApproved(entry))
    conversation.error = undefined
    // Who says something else has left open questions behind, and with them what their runs keep.
    const state = (conversation.agentState = resume || attach ? conversation.agentState : forgetRuns(conversation.agentState))
    conversation.changed()
    const runId = (conversation.runId = attach ?? ids('run'))
    const input: RunInput = { threadId, runId, messages, tools: [], context: [], state, resume, attach: attach === undefined ? undefined : { runId: attach } }
    this.subscribe(input)
  }

  /** Ends the active run: the guard of the run answers with its terminal event before this returns. Gives whether the server has heard. */
  cancel(): PromiseLike<boolean> {
    return this.active ? this.active.cancel.cancel() : Promise.resolve(true)
  }

  /** Stops reading without telling anyone. */
  leave(): void {
    this.active?.subscription?.unsubscribe()
    this.active = undefined
  }

  // The edge of the library: here, and in the view, something is subscribed to for the app.
  private subscribe(input: RunInput): void {
    const { agent, context, conversation, onEvent } = this.options
    const active: NonNullable<typeof this.active> = { subscription: undefined, cancel: createCancel() }
    this.active = active
    let seq = 0
    let terminal: RunFinishedEvent | RunErrorEvent | undefined
    const fail = (thrown: unknown): void => {
      terminal ??= { type: 'RUN_ERROR', code: 'agent/invalid', message: String((thrown as Error)?.message ?? thrown) }
      this.end(active, terminal)
    }
    const subscription = agent(input, createRunContext({ ...context, cancel: active.cancel.signal })).subscribe({
      next: event => {
        if (this.active !== active) return
        if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') terminal = event
        applyEvent(conversation, event)
        onEvent(event, ++seq)
      },
      error: fail,
      complete: () => this.end(active, terminal ?? { type: 'RUN_ERROR', code: 'transport/truncated', message: '' }),
    })
    active.subscription = subscription
  }

  private end(active: typeof this.active, terminal: RunFinishedEvent | RunErrorEvent): void {
    if (this.active !== active) return
    this.active = undefined
    const { conversation, toError, onEnd } = this.options
    if (terminal.type === 'RUN_ERROR') {
      conversation.error = toError((terminal.code ?? 'agent/invalid') as ErrorCode)
      conversation.keepBroken()
      conversation.settle('failed', conversation.error)
      conversation.status = 'idle'
    } else if (terminal.outcome?.type === 'interrupt') {
      conversation.interrupts = terminal.outcome.interrupts
      conversation.settle('waiting')
      conversation.status = 'waiting'
    } else {
      conversation.settle(terminal.outcome?.type === 'cancelled' ? 'cancelled' : 'complete')
      conversation.status = 'idle'
    }
    conversation.answered = []
    conversation.dropCheckpoints()
    conversation.changed()
    onEnd()
  }
}
