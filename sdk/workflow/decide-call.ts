import { stepError, takeAnswer, type StepPlace, type Waiting } from './flow-run.js'
import { isTool, type Step } from './step.js'
import { decideApproval, fingerprintOf } from '../agent/approval.js'
import type { Question } from '../agent/ask-person.js'
import { hasBegun } from '../agent/ledger.js'
import type { RunState } from '../agent/run-state.js'
import type { AnyTool, Validation } from '../contracts.js'
import type { ErrorCode } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import { keep } from '../protocol/kept-runs.js'
import type { ResumeEntry } from '../protocol/messages.js'

/** What a place keeps whose call waits for a person. A run inside it has questions of its own. */
export interface WaitingCall extends Waiting { readonly question?: Question; readonly args: unknown }

/** What becomes of a call: it runs, has its result, or a person is asked. */
export interface Decision {
  readonly does: 'run' | 'settle' | Question
  /** The result, or the arguments as the schema makes them. */
  readonly value: unknown
  /** The arguments as they were given, or as the person changed them. */
  readonly given: unknown
  readonly fingerprint: string
}

/**
 * What becomes of the call at this place: the ledger is asked first, then the person's answer, then the approval.
 *
 * @throws SampanError where it may not run, or cannot.
 */
export function decideCall(place: StepPlace, step: Step | AnyTool, waited: WaitingCall | undefined): Decision {
  const { isAttached, context: { ledger }, id, scope, shared } = place
  const { name, replay, execute, validate, validateResult } = step
  const { startRun, requiresGesture } = step as AnyTool
  const { question, args: asked = scope.value } = (waited || {}) as Partial<WaitingCall>
  const isAgain = question === 'again'
  const taken = takeAnswer(place)
  // After a kill an answer that let the call run once is used up, and a tap is long over.
  const answer = isAttached && (isAgain || requiresGesture) ? undefined : taken
  const { status, payload = null } = (answer || {}) as Partial<ResumeEntry>
  const isResolved = status === 'resolved'
  const { approved, reason, editedArgs, always } = Object(isResolved && payload) as { [field: string]: unknown }
  const given = editedArgs === undefined ? asked : editedArgs
  const fingerprint = fingerprintOf(name, given)
  const decide = (does: Decision['does'], value: unknown): Decision => ({ does, value, given, fingerprint })
  const known = ledger.get(id)
  const proposed = known && known.fingerprint
  const isBegun: boolean = hasBegun(known)
  const no = reason || 'the person said no.'
  const deny = (why: unknown): never => fail(place, 'agent/tool-denied', 'was denied: ' + why)
  if (isBegun && known!.result !== undefined) return decide('settle', parseJson(known!.result))
  // A result from a person is checked like one from the tool.
  if (answer && question === 'answer') return !isResolved ? deny('not answered.') : decide('settle', checked(place, validateResult, payload, 'result'))
  // For the rest of the thread, as agents keep it. It must be about this very call.
  if (always === true && !isAgain && proposed === fingerprintOf(name, asked)) shared.state = keep(shared.state, 'approvals', name, approved === true ? 'allow' : { deny: no })
  const args = checked(place, validate, given, 'arguments')
  if (isBegun) {
    // It may have had its effect. One that is a run of its own knows itself how far it came. What comes back with a resume is
    // in the hands of whoever asks for the run: with other arguments nothing goes on.
    const wasAsked = isAgain && answer
    if (proposed !== fingerprint) return fail(place, 'agent/tool-outcome-unknown', 'was begun with other arguments; it was not started again.')
    if (startRun || (wasAsked ? approved === true && replay !== 'never' : replay === 'idempotent')) return decide('run', args)
    return wasAsked || replay === 'never' ? fail(place, 'agent/tool-outcome-unknown', 'may or may not have run; it was not started again.') : decide('again', args)
  }
  if (answer && approved !== true) return deny(no)
  // An approval holds for what was asked about. What the person changed is judged anew.
  if (answer && editedArgs === undefined) return decide(proposed === fingerprint ? 'run' : 'approve', args)
  const decision = policyOf(place, step, args)
  if (typeof decision === 'object') return deny(decision.content)
  if (answer) return decide('run', args)
  return decide(!execute && !startRun ? 'answer' : decision === 'ask' ? 'approve' : 'run', args)
}

function policyOf({ approval, context, runId, id, shared }: StepPlace, step: Step | AnyTool, args: unknown): ReturnType<typeof decideApproval> {
  const state = { settings: { approval }, input: { runId }, context, agentState: shared.state } as unknown as RunState
  return isTool(step) ? decideApproval(state, { id, tool: step, args }) : 'allow'
}

/** @throws SampanError where a value does not fit. */
export function checked(place: StepPlace, check: ((value: unknown) => Validation<unknown>) | undefined, value: unknown, what: 'arguments' | 'result'): unknown {
  const result = check ? check(value) : { ok: true as const, value }
  return result.ok ? result.value : fail(place, `agent/tool-${what}-invalid`, 'has ' + what + ' that did not fit: ' + result.issues)
}

function fail(place: StepPlace, code: ErrorCode, what: string): never {
  throw stepError(place, code, what)
}
