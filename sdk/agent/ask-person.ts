import { Observable } from 'rxjs'
import type { CheckedCall } from './check-call.js'
import { whenDone, writeLedger } from './ledger.js'
import type { RunState } from './run-state.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt, ResumeEntry } from '../protocol/messages.js'

/**
 * What is asked about a call: may it run (`approve`), what is its result (`answer`, for a tool without `execute`), or
 * may it run once more although it may already have had its effect (`again`). It starts the id of the interrupt.
 */
export type Question = 'approve' | 'answer' | 'again'

const QUESTIONS: readonly Question[] = ['approve', 'answer', 'again']

/** The answer to a question about this call, and which one it was. */
export function answerTo(entries: readonly ResumeEntry[], toolCallId: string): { entry: ResumeEntry; question: Question } | undefined {
  for (const entry of entries) {
    const question = QUESTIONS.find(each => entry.interruptId === each + '-' + toolCallId)
    if (question) return { entry, question }
  }
  return undefined
}

/** Puts a question to the person. It is in the ledger before the run ends with it. */
export function askPerson(state: RunState, call: CheckedCall, question: Question = call.tool.execute ? 'approve' : 'answer'): Observable<AgentEvent> {
  return new Observable(subscriber => {
    state.interrupts.push(toInterrupt(call, question))
    const { requiresGesture } = call.tool
    whenDone(
      () => {
        // A gesture-bound call is armed now: between the tap and the host call nothing may be waited for.
        if (requiresGesture) return writeLedger(state, call, 'armed')
        // A call that has begun stays so in the ledger: asking about it does not make it undone.
        return question === 'again' ? undefined : writeLedger(state, call, 'proposed')
      },
      () => subscriber.complete(),
      thrown => subscriber.error(thrown),
    )
  })
}

function toInterrupt({ tool, toolCallId, toolName, args, fingerprint }: CheckedCall, question: Question): Interrupt {
  const about = { toolName, args, fingerprint, requiresGesture: tool.requiresGesture }
  const metadata = { sampan: question === 'again' ? { ...about, mayHaveRun: true } : about }
  const id = question + '-' + toolCallId
  if (question === 'answer') return { id, reason: 'input_required', toolCallId, message: tool.description, metadata }
  const responseSchema = {
    type: 'object',
    properties: { approved: { type: 'boolean' }, reason: { type: 'string' }, editedArgs: tool.parameters },
    required: ['approved'],
  }
  return { id, reason: 'tool_call', toolCallId, message: tool.description, responseSchema, metadata }
}
