import type { Observable } from 'rxjs'
import { chargeOnce } from './charge-once.js'
import { scopedContext, scopedEvent, scopedInterrupt, scopeOf } from './child-scope.js'
import { collectMessages } from './collect-messages.js'
import { follow } from './follow.js'
import { whenDone } from './ledger.js'
import { guardRun } from './run-guard.js'
import type { Agent, ChildCall, ChildEnd, RunContext, RunInput } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import { isTerminal, type AgentEvent, type RunErrorEvent, type RunFinishedEvent } from '../protocol/events.js'
import { approvalsOf, withApprovals } from '../protocol/kept-runs.js'
import type { Message } from '../protocol/messages.js'
import { defer } from '../protocol/streams.js'
import { transform } from '../protocol/transform.js'

/** What an agent is asked inside another run. The same again, whenever the run is taken up again. */
export interface ChildInput {
  readonly messages: readonly Message[]
  readonly state?: unknown
  readonly tools?: RunInput['tools']
  readonly context?: RunInput['context']
  readonly forwardedProps?: unknown
}

/** Where an agent runs inside another run, and what it is called there. */
export interface ChildRun extends ChildCall {
  readonly name: string
  readonly description?: string
}

/** The shape of what a run keeps while it waits for a person. */
const VERSION = 1
interface Kept {
  readonly version: number
  /** How often it has asked. */
  readonly asked: number
  readonly messages: readonly Message[]
  readonly state?: unknown
}

/**
 * Runs an agent inside another run. Its events stand in that run under `child.runId`, between SUBAGENT_STARTED and
 * SUBAGENT_FINISHED or SUBAGENT_ERROR; the ids it gives its messages, tool calls and questions stand behind `<runId>/`, in
 * the ledger too. Budget, clock, ids, trace and cancel are the parent's. Its history, state and end are its own.
 *
 * `end` is called once, after the last event; who leaves before hears nothing more. What follows from an end is to be in
 * the storage, or on its way, when what `end` returns is done: the child's checkpoints are deleted then. A question leaves
 * them: the parent may be killed before it has asked it. The result is that of its RUN_FINISHED, else what it said last.
 */
export function runChild(
  agent: Agent,
  input: ChildInput,
  child: ChildRun,
  context: RunContext,
  end: (end: ChildEnd) => void | PromiseLike<void>,
): Observable<AgentEvent> {
  return defer(() => {
    const kept = child.kept as Kept | undefined
    const asked = kept && kept.version === VERSION ? kept.asked : 0
    const { messages, state } = kept || input
    const { threadId, parentRunId } = child
    const { context: inner, ended: charge } = chargeOnce(scopedContext(context, child.runId))
    // A run that goes on with answers is a new run, to whoever keeps logs and checkpoints of runs.
    const runId = ownRunId(child.runId, asked)
    const ask: RunInput = { tools: [], context: [], ...input, messages: messages.slice(), state: withApprovals(state, child.approvals), threadId, runId, parentRunId, resume: ownAnswers(child) }
    const begin = (attach?: RunInput['attach']): Observable<AgentEvent> => defer(() => {
      if (kept && kept.version !== VERSION) throw new SampanError('agent/invalid', 'A newer version kept this run.')
      return agent({ ...ask, attach }, inner)
    })
    return (child.mayHaveRun ? afterKill(context, runId, begin) : begin()).pipe(
      guardRun(ask, inner, []),
      transform<AgentEvent, AgentEvent>((emit, leave) => {
        const told = tell(child, ask, asked, emit)
        return {
          next(event) {
            if (!isTerminal(event)) return told.event(event)
            charge(event.usage)
            const ended: ChildEnd = { ...told.terminal(event), approvals: told.approvals() }
            whenDone(() => end(ended), () => ended.type === 'interrupt' || forget(context, child.runId, asked), thrown => context.trace('child-end-failed', { runId, message: String(thrown) }))
            leave()
          },
        }
      }),
    )
  })
}

/** Says what the child says as it stands in the parent's log, and how it ended. */
function tell({ runId: subagentRunId, name, description, parentToolCallId }: ChildRun, { messages, state: given }: RunInput, asked: number, emit: (event: AgentEvent) => void) {
  const collected = collectMessages(messages)
  let state = given as unknown
  const failed = (message: string, code: string): ChildEnd => {
    emit({ type: 'SUBAGENT_ERROR', subagentRunId, message, code })
    return { type: 'error', error: new SampanError(code as ErrorCode, message) }
  }
  emit({ type: 'SUBAGENT_STARTED', subagentRunId, name, description, parentToolCallId })
  return {
    event(event: AgentEvent): void {
      const { type } = event
      collected.add(event)
      if (type === 'STATE_SNAPSHOT') state = event.snapshot
      else if (!/^(RUN_STARTED|STATE_DELTA|MESSAGES_SNAPSHOT)$/.test(type)) emit(scopedEvent(event, subagentRunId))
    },
    approvals: () => approvalsOf(state),
    terminal(event: RunFinishedEvent | RunErrorEvent): ChildEnd {
      if (event.type === 'RUN_ERROR') {
        const { message, code = 'agent/invalid' } = event
        return failed(message, code)
      }
      const { outcome = { type: 'success' as const } } = event
      if (outcome.type === 'cancelled') {
        failed('The run was cancelled.', 'cancelled')
        return { type: 'cancelled' }
      }
      if (outcome.type === 'success' && (outcome.pendingToolCallIds || []).length) {
        return failed('A run inside another cannot leave tool calls to whoever started it.', 'agent/invalid')
      }
      if (outcome.type === 'interrupt') {
        const interrupts = outcome.interrupts.map(interrupt => scopedInterrupt(interrupt, subagentRunId))
        emit({ type: 'SUBAGENT_FINISHED', subagentRunId, outcome: { type: 'suspended', interruptIds: interrupts.map(({ id }) => id) } })
        const kept: Kept = { version: VERSION, asked: asked + 1, messages: collected.all(), state }
        return { type: 'interrupt', interrupts, kept }
      }
      const { result = collected.lastText() } = event
      emit({ type: 'SUBAGENT_FINISHED', subagentRunId, result, outcome: { type: 'success' } })
      return { type: 'success', result }
    },
  }
}

/** Goes on from the checkpoint of this run, or begins it where there is none. */
function afterKill({ checkpoints }: RunContext, runId: string, begin: (attach?: RunInput['attach']) => Observable<AgentEvent>): Observable<AgentEvent> {
  return follow(() => checkpoints.load(runId), checkpoint => begin(checkpoint && { runId }))
}

function ownRunId(runId: string, asked: number): string {
  return asked ? runId + '-' + asked : runId
}

/** The answers to its questions, under the ids that it knows. */
function ownAnswers({ runId, resume = [] }: ChildRun): RunInput['resume'] {
  const scope = scopeOf(runId)
  const own = resume.filter(({ interruptId }) => interruptId.startsWith(scope))
  return own.length ? own.map(entry => ({ ...entry, interruptId: entry.interruptId.slice(scope.length) })) : undefined
}

function forget({ checkpoints }: RunContext, runId: string, asked: number): void {
  for (let round = 0; round <= asked; round++) void checkpoints.delete(ownRunId(runId, round))
}
