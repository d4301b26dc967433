import { takeAnswer, waitingAt, type StepPlace, type Waiting } from './flow-run.js'
import { isTool, type Step } from './step.js'
import { decideApproval, fingerprintOf } from '../agent/approval.js'
import { hasBegun } from '../agent/ledger.js'
import type { RunState } from '../agent/run-state.js'
import type { AnyTool } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { Interrupt, ResumeEntry } from '../protocol/messages.js'

/** May it run, what is its result (a tool that nobody executes), or may it run once more although it may have run. */
type Question = 'approve' | 'answer' | 'again'

/** What becomes of a call. */
export type Decision =
  | { do: 'run'; args: unknown; fingerprint: string }
  | { do: 'settle'; value: unknown }
  | { do: 'ask'; interrupt: Interrupt; kept: { readonly question: Question; readonly args: unknown }; fingerprint: string }
  | { do: 'fail'; error: SampanError }

interface Call {
  readonly place: StepPlace
  readonly step: Step | AnyTool
  /** As they were given, or as the person changed them. */
  readonly given: unknown
  /** As the schema makes them. */
  readonly args: unknown
  readonly fingerprint: string
}

/** What becomes of the call at this place: the ledger is asked first, then the person's answer, then the approval. */
export function decideCall(place: StepPlace, step: Step | AnyTool): Decision {
  const { run, id, scope } = place
  const waited = waitingAt(place) as (Waiting & { question: Question; args: unknown }) | undefined
  const answer = waited && usableAnswer(place, step, waited.question)
  const { editedArgs } = Object(answer?.payload) as { editedArgs?: unknown }
  const given = editedArgs ?? waited?.args ?? scope.value
  const known = run.context.ledger.get(id)
  const proposed = known?.fingerprint
  if (hasBegun(known) && known.result !== undefined) return { do: 'settle', value: parseJson(known.result) }
  if (answer && waited.question === 'answer') return answered(place, step, answer)
  const checked = step.validate ? step.validate(given) : { ok: true as const, value: given }
  if (!checked.ok) return fail(place, 'agent/tool-arguments-invalid', 'is given what does not fit: ' + checked.issues)
  const call: Call = { place, step, given, args: checked.value, fingerprint: fingerprintOf(step.name, given) }
  if (hasBegun(known)) return begun(call, waited?.question === 'again' ? answer : undefined)
  return answer ? approved(call, answer, proposed, editedArgs !== undefined) : decided(call)
}

/** After a kill an answer that let the call run once is used up, and a tap is long over. */
function usableAnswer({ run, id }: StepPlace, step: Step | AnyTool, question: Question): ResumeEntry | undefined {
  const answer = takeAnswer(run, id)
  return run.isAttached && (question === 'again' || (step as AnyTool).requiresGesture) ? undefined : answer
}

/** It may have had its effect. */
function begun(call: Call, answer: ResumeEntry | undefined): Decision {
  const { place, step: { replay }, args, fingerprint } = call
  if (answer ? isYes(answer) && replay !== 'never' : replay === 'idempotent') return { do: 'run', args, fingerprint }
  if (answer || replay === 'never') return fail(place, 'agent/tool-outcome-unknown', 'may or may not have run; it was not started again.')
  return ask(call, 'again')
}

/** An approval holds for what was asked about: without a matching entry it is asked for again. What the person changed is judged anew. */
function approved(call: Call, answer: ResumeEntry, proposed: string | undefined, isEdited: boolean): Decision {
  const { place, args, fingerprint } = call
  const { reason } = Object(answer.payload) as { reason?: unknown }
  if (!isYes(answer)) return fail(place, 'agent/tool-denied', 'was denied: ' + String(reason ?? 'the person said no.'))
  if (!isEdited) return proposed === fingerprint ? { do: 'run', args, fingerprint } : ask(call, 'approve')
  const decision = policyOf(call)
  return typeof decision === 'object' ? decision : { do: 'run', args, fingerprint }
}

/** Nobody has been asked yet. */
function decided(call: Call): Decision {
  const { step, args, fingerprint } = call
  const decision = policyOf(call)
  if (typeof decision === 'object') return decision
  if ((step as AnyTool).startRun) return fail(call.place, 'workflow/invalid', 'is a tool that is a run: make its agent the step.')
  if (!step.execute) return ask(call, 'answer')
  return decision === 'ask' ? ask(call, 'approve') : { do: 'run', args, fingerprint }
}

function policyOf({ place, step, args }: Call): 'allow' | 'ask' | Decision {
  if (!isTool(step)) return 'allow'
  const { run: { settings: { approval }, input, context, runId }, id } = place
  const state = { settings: { approval }, input: { ...input, runId }, context, agentState: input.state } as unknown as RunState
  const decision = decideApproval(state, { id, tool: step, args })
  return typeof decision === 'object' ? fail(place, 'agent/tool-denied', 'was denied: ' + decision.content) : decision
}

/** A result from a person is checked like one from the tool. */
function answered(place: StepPlace, { validateResult }: Step | AnyTool, { status, payload = null }: ResumeEntry): Decision {
  if (status !== 'resolved') return fail(place, 'agent/tool-denied', 'was not answered.')
  const checked = validateResult ? validateResult(payload) : { ok: true as const, value: payload as unknown }
  return checked.ok ? { do: 'settle', value: checked.value } : fail(place, 'agent/tool-result-invalid', 'was given a result that does not fit: ' + checked.issues)
}

function ask({ place: { id, path }, step, given, fingerprint }: Call, question: Question): Decision {
  const { name: toolName } = step
  const { description, parameters, requiresGesture } = step as AnyTool
  const isAnswer = question === 'answer'
  return {
    do: 'ask',
    fingerprint,
    kept: { question, args: given },
    interrupt: {
      id,
      reason: isAnswer ? 'input_required' : isTool(step) ? 'tool_call' : 'confirmation',
      toolCallId: isTool(step) ? id : undefined,
      message: description ?? toolName,
      responseSchema: isAnswer ? undefined : {
        type: 'object',
        properties: { approved: { type: 'boolean' }, reason: { type: 'string' }, editedArgs: parameters },
        required: ['approved'],
      },
      metadata: { sampan: { step: path, toolName, args: given, fingerprint, requiresGesture, mayHaveRun: question === 'again' || undefined } },
    },
  }
}

function isYes({ status, payload }: ResumeEntry): boolean {
  return status === 'resolved' && (Object(payload) as { approved?: unknown }).approved === true
}

function fail({ path }: StepPlace, code: ErrorCode, what: string): Extract<Decision, { do: 'fail' }> {
  return { do: 'fail', error: new SampanError(code, 'Step "' + path + '" ' + what, { info: { step: path } }) }
}
