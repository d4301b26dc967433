import { Observable } from 'rxjs'
import { toAgentEvents } from './answer-events.js'
import { saveCheckpoint } from './checkpoint.js'
import { interruptStep } from './end-step.js'
import { toolNamed, type RunState } from './run-state.js'
import type { ModelRequest } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'
import { of } from '../protocol/streams.js'

/** Before a call of the model: whether the run may make one more, and what it does in another way. */
export function modelStep(state: RunState): Observable<AgentEvent> {
  const { settings: { prepareStep, maxSteps }, context, input, interrupts, step } = state
  const message = context.budget.exhausted()
  if (message !== undefined) {
    interrupts.push({ id: 'budget-' + input.runId, reason: 'sampan:budget', message })
    return interruptStep(state)
  }
  if (step >= maxSteps) {
    context.trace('step-limit', { runId: input.runId, maxSteps })
    throw new SampanError('agent/step-limit', 'No end after ' + step + ' calls of the model (maxSteps).')
  }
  state.phase = 'note'
  return prepareStep ? prepareStep(state) : of()
}

/** Notes where the run stands. It is stored before the model is asked, so that after a kill no answer is paid for again. */
export function noteStep(state: RunState): Observable<AgentEvent> {
  state.phase = 'call'
  state.logs = state.logs || state.context.ids('log')
  state.logId = state.logs + '.' + state.step
  return new Observable(subscriber => saveCheckpoint(state, state.logs, () => subscriber.complete()))
}

/** One call of the model: its events as agent events. They decide what the run does next. */
export function callStep(state: RunState): Observable<AgentEvent> {
  const { settings, context, joins } = state
  state.joins = undefined
  state.step++
  const answer = settings.model(modelRequest(state, joins), context)
  state.repair = []
  return answer.pipe(toAgentEvents(state))
}

function modelRequest(state: RunState, joins: boolean | undefined): ModelRequest {
  const { settings, input, callersTools, messages, repair, logId } = state
  const { instructions, output, temperature, maxOutputTokens, extra } = settings
  const about = input.context.map(({ description, value }) => description + ':\n' + value).join('\n\n')
  const offered = settings.descriptions().concat(callersTools.filter(({ name }) => !toolNamed(state, name)))
  return {
    temperature,
    maxOutputTokens,
    extra,
    messages: system('instructions', typeof instructions === 'function' ? instructions(input) : instructions).concat(system('context', about), messages, repair),
    tools: offered.length ? offered : undefined,
    output: output && output.request(),
    logId,
    joins,
  }
}

function system(id: string, content: string | undefined): Message[] {
  return content ? [{ id, role: 'system', content }] : []
}
