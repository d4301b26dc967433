import type { Observable } from 'rxjs'
import { isRunnable, type CheckedCall } from './check-call.js'
import { writeLedger } from './ledger.js'
import { phaseOf } from './phase-of.js'
import type { RunState } from './run-state.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt, ResumeEntry } from '../protocol/messages.js'

/**
 * What is asked about a call: may it run (`approve`), what is its result (`answer`, for a tool without `execute`), or
 * may it run once more although it may already have had its effect (`again`). It starts the id of the interrupt.
 */
export type Question = 'approve' | 'answer' | 'again'

/** The answer to a question about this call. */
export function answerTo({ input }: RunState, toolCallId: string): ResumeEntry | undefined {
  return input.resume!.find(({ interruptId }) => ['approve-', 'answer-', 'again-'].some(question => interruptId === question + toolCallId))
}

/** Puts a question to the person. It is in the ledger before the run ends with it. */
export function askPerson(state: RunState, call: CheckedCall, question: Question = isRunnable(call.tool) ? 'approve' : 'answer'): Observable<AgentEvent> {
  return phaseOf(() => {
    state.interrupts.push(toInterrupt(call, question))
    // A gesture-bound call is armed now: between the tap and the host call nothing may be waited for. A call that has
    // begun stays so in the ledger, whoever leaves now: asking about it does not make it undone.
    const next = question !== 'again' && (call.tool.requiresGesture ? 'armed' : 'proposed')
    return next ? writeLedger(state, call, next) : undefined
  })
}

/** A question about a call, under an id of its own. */
export function toInterrupt({ id: toolCallId, tool, args, fingerprint }: Pick<CheckedCall, 'id' | 'tool' | 'args' | 'fingerprint'>, question: Question): Interrupt {
  const { name: toolName, description: message, parameters, requiresGesture } = tool
  const isAnswer = question === 'answer'
  return {
    id: question + '-' + toolCallId,
    reason: isAnswer ? 'input_required' : 'tool_call',
    toolCallId,
    message,
    responseSchema: isAnswer ? undefined : {
      type: 'object',
      properties: { approved: { type: 'boolean' }, reason: { type: 'string' }, editedArgs: parameters },
      required: ['approved'],
    },
    metadata: { sampan: { toolName, args, fingerprint, requiresGesture, mayHaveRun: question === 'again' || undefined } },
  }
}
