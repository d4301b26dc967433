import type { Subscriber } from 'rxjs'
import { fingerprintOf } from './approval.js'
import type { CheckedCall } from './check-call.js'
import { childApprovals, keepChildApprovals } from './child-approvals.js'
import { saveCheckpoint } from './checkpoint.js'
import { hasBegun } from './ledger.js'
import type { RunState } from './run-state.js'
import { failure, outcomeOf, type ToolOutcome } from './tool-outcome.js'
import type { CancelSignal, ChildEnd, Tool } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import { Hop } from '../protocol/hop.js'
import { parseJson } from '../protocol/json.js'
import { keepRun, keptRun, keptRunIds } from '../protocol/kept-runs.js'
import type { Interrupt } from '../protocol/messages.js'
import { defer } from '../protocol/streams.js'

/** What the loop asks about calls that are runs of their own. It comes with the tool: who has no such tool has none of this. */
export interface CallsInLoop {
  /** The arguments a call was begun with, where it has asked: the person may have changed those of the model. */
  argsOf(state: RunState, toolCallId: string): string | undefined
  /** The call, where what it has asked is answered or has been done meanwhile; `false` where not, nothing where it has asked nothing. */
  goesOn(state: RunState, call: CheckedCall): CheckedCall | false | undefined
  /** Makes a call, or goes on with it. What it asks, the run of the call asks; what it keeps meanwhile stands in the shared state. */
  start(state: RunState, call: CheckedCall, runner: CallRunner, subscriber: Subscriber<AgentEvent>): void
}

/** What making a call gives to whoever does it. */
export interface CallRunner {
  readonly cancel: CancelSignal
  /** Ends the call; without an outcome it waits for a person. */
  settle(outcome?: ToolOutcome): void
  fail(thrown: unknown): void
}

/** A call whose own run waits for a person, as it stands in the shared state under the call's key. */
interface WaitingRun {
  /** The call, by its id in the conversation. */
  readonly callId?: string
  readonly asked: readonly Pick<Interrupt, 'id' | 'toolCallId'>[]
  /** The arguments it was begun with. */
  readonly argsText: string
  readonly kept: unknown
}

/** A tool whose calls are runs. */
export function withRun<T extends Tool>(tool: T, startRun: NonNullable<Tool['startRun']>): T {
  const inLoop: CallsInLoop = {
    argsOf(state, toolCallId) {
      const { argsText } = waitingRun(state, toolCallId) ?? {}
      // The state comes from whoever asks for the run: what the ledger does not know were never its arguments.
      return argsText && fingerprintOf(tool.name, parseJson(argsText)) === state.context.ledger.get(toolCallId)!.fingerprint ? argsText : undefined
    },
    goesOn(state, call) {
      const { context: { ledger }, input: { resume, state: shared } } = state
      const known = ledger.get(call.id)
      // Where the ledger is lost the state still knows the run. What it asked is then asked again, by itself.
      const key = known ? known.idempotencyKey : keptRunIds(shared).find(each => Object(keptRun(shared, each)).callId === call.id)
      const waiting = known && !hasBegun(known) ? undefined : runKept(shared, key)
      const isDone = ({ id, toolCallId = '' }: WaitingRun['asked'][number]): boolean => resume!.some(({ interruptId }) => interruptId === id) || ledger.get(toolCallId)?.result !== undefined
      return waiting && waiting.asked.every(isDone) && { ...call, key: key! }
    },
    start,
  }
  return Object.assign(tool, { startRun, inLoop })
}

function waitingRun({ context, input }: RunState, toolCallId: string): WaitingRun | undefined {
  return runKept(input.state, context.ledger.get(toolCallId)?.idempotencyKey)
}

function runKept(state: unknown, key: string | undefined): WaitingRun | undefined {
  return key === undefined ? undefined : (keptRun(state, key) as WaitingRun | undefined)
}

function start(state: RunState, call: CheckedCall, { cancel, settle, fail }: CallRunner, subscriber: Subscriber<AgentEvent>): void {
  const { input: { threadId, runId: parentRunId, resume }, settings: { maxResultChars }, context, interrupts } = state
  const { id: parentToolCallId, key: runId, tool, args, argsText } = call
  const waiting = waitingRun(state, parentToolCallId)
  // It may take long: killed meanwhile, the run is gone on with by itself. With a tool alone the person is asked again.
  if (waiting) saveCheckpoint(state)
  const wait = (run?: WaitingRun): void => void (state.agentState = keepRun(state.agentState, runId, run))
  // What is said for good about its tools holds for the thread.
  const approvals = childApprovals(state.agentState, tool.name)
  const end = (ended: ChildEnd): void => {
    const { agentState } = state
    state.agentState = keepChildApprovals(agentState, tool.name, approvals, ended.approvals)
    const isNew = state.agentState !== agentState
    if (ended.type === 'interrupt') {
      interrupts.push(...ended.interrupts)
      wait({ callId: parentToolCallId, asked: ended.interrupts.map(({ id, toolCallId }) => ({ id, toolCallId })), argsText, kept: ended.kept })
      return settle()
    }
    if (waiting) wait()
    if (waiting || isNew) subscriber.next({ type: 'STATE_SNAPSHOT', snapshot: state.agentState })
    if (ended.type === 'success') return settle(outcomeOf(tool, ended.result, maxResultChars))
    settle(failure('agent/tool-failed', ended.type === 'error' ? ended.error.message : ended.type, maxResultChars))
  }
  // Begun before or not: where it has left a checkpoint it has.
  const child = { runId, threadId, parentRunId, parentToolCallId, mayHaveRun: true, resume: waiting && resume, kept: waiting?.kept, approvals }
  const inner = new Hop<AgentEvent>({
    next: event => subscriber.next(event),
    error: fail,
    // Not heard where it has ended as it should.
    complete: () => fail('The run ended without saying how.'),
  })
  subscriber.add(inner)
  defer(() => tool.startRun!(args, child, { ...context, cancel }, end)).subscribe(inner)
}
