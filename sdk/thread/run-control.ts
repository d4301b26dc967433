import type { Subscription } from 'rxjs'
import { applyEvent } from './apply-event.js'
import { changed, markApproved, reopenLast, settle, type Conversation } from './conversation.js'
import { createLive } from './live-message.js'
import type { MessageStatus, ThreadError } from './messages.js'
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
  readonly id: string
  readonly conversation: Conversation
  readonly context: Partial<RunContext> & Pick<RunContext, 'ids' | 'clock' | 'ledger'>
  /** Each event, after the conversation has taken it in. */
  onEvent(event: AgentEvent, seq: number): void
  /** A run has ended and the conversation is up to date. */
  onEnd(): void
  toError(code: ErrorCode): ThreadError
}

/** Starts and ends the runs of one thread; there is never more than one. */
export interface RunControl {
  isActive(): boolean
  /** Runs the agent over the conversation. With `resume`, the last answer is gone on with; with `attach`, the run itself. */
  start(resume?: ResumeEntry[], attach?: string): void
  /** Ends the active run: the guard of the run answers with its terminal event before this returns. Gives whether the server has heard. */
  cancel(): PromiseLike<boolean>
  /** Stops reading without telling anyone. */
  leave(): void
}

type Terminal = Pick<RunFinishedEvent, 'type' | 'outcome'> | Pick<RunErrorEvent, 'type' | 'code'>

export function createRunControl({ agent, id: threadId, conversation, context, onEvent, onEnd, toError }: RunControlOptions): RunControl {
  let active: { readonly cancel: CancelSource; subscription?: Subscription } | undefined
  const translated: Parameters<typeof toWire>[1] = new WeakMap()

  const end = (terminal: Terminal): void => {
    active = undefined
    endOf(conversation, terminal, toError)
    onEnd()
  }
  return {
    isActive: () => active !== undefined,
    start(resume, attach) {
      const input = startOf(conversation, threadId, toWire(conversation.settled, translated), context, resume, attach)
      const own: NonNullable<typeof active> = (active = { cancel: createCancel() })
      let seq = 0
      let terminal: Terminal | undefined
      const ended = (code: ErrorCode): void => {
        if (active === own) end(terminal || { type: 'RUN_ERROR', code })
      }
      // The edge of the library: here, and in the view, something is subscribed to for the app.
      own.subscription = agent(input, createRunContext({ ...context, cancel: own.cancel.signal })).subscribe({
        next(event) {
          if (active !== own) return
          if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') terminal = event
          applyEvent(conversation, event)
          onEvent(event, ++seq)
        },
        error: () => ended('agent/invalid'),
        complete: () => ended('transport/truncated'),
      })
    },
    cancel: () => (active ? active.cancel.cancel() : Promise.resolve(true)),
    leave() {
      active?.subscription?.unsubscribe()
      active = undefined
    },
  }
}

/** The conversation as a run begins, and what the agent is given. */
function startOf(conversation: Conversation, threadId: string, messages: RunInput['messages'], { ids, clock }: RunControlOptions['context'], resume?: ResumeEntry[], attach?: string): RunInput {
  const { summary, interrupts, agentState } = conversation
  const goesOn = resume || attach
  if (summary) messages.unshift({ id: 'summary', role: 'system', content: summary })
  const live = (goesOn && reopenLast(conversation)) || createLive(ids('answer'), clock.now())
  // Who says something else has left open questions behind, and with them what their runs keep.
  const state = goesOn ? agentState : forgetRuns(agentState)
  const runId = attach || ids('run')
  Object.assign(conversation, { live, status: 'running', answered: interrupts, interrupts: [], error: undefined, agentState: state, runId })
  resume?.forEach(entry => markApproved(conversation, entry))
  changed(conversation)
  return { threadId, runId, messages, tools: [], context: [], state, resume, attach: attach ? { runId: attach } : undefined }
}

/** The conversation as a run ends. */
function endOf(conversation: Conversation, terminal: Terminal, toError: RunControlOptions['toError']): void {
  const { broken, live, checkpoint, children } = conversation
  const { type: ending, interrupts = [] } = ((terminal as RunFinishedEvent).outcome ?? {}) as Extract<RunFinishedEvent['outcome'], { type: 'interrupt' }>
  const error = terminal.type === 'RUN_ERROR' ? toError((terminal.code ?? 'agent/invalid') as ErrorCode) : undefined
  const status: MessageStatus = error ? 'failed' : ending === 'interrupt' ? 'waiting' : ending === 'cancelled' ? ending : 'complete'
  if (error) conversation.error = error
  // A run that could not go on has said nothing new: what it had said before the kill is put back.
  if (error && broken && live && live.parts.length <= (checkpoint ? checkpoint.parts : 0)) conversation.live = createLive(broken.id, broken.createdAt, broken)
  settle(conversation, status, error)
  children.clear()
  Object.assign(conversation, { interrupts, status: status === 'waiting' ? status : 'idle', answered: [], checkpoint: undefined, broken: undefined })
  changed(conversation)
}
