import type { Observable } from 'rxjs'
import { toAgentEvents } from './answer-events.js'
import { saveCheckpoint } from './checkpoint.js'
import { interruptStep } from './end-step.js'
import { phaseOf } from './phase-of.js'
import { toolNamed, type RunState } from './run-state.js'
import { overrideStep } from './step-control.js'
import type { ModelRequest } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'
import { of } from '../protocol/streams.js'

/** Before a call of the model: whether the run may make one more, and what it does in another way. */
export function modelStep(state: RunState): Observable<AgentEvent> {
  const { agent: { prepareStep, maxSteps }, context, input, interrupts, step } = state
  const message = context.budget.exhausted()
  if (message !== undefined) {
    interrupts.push({ id: 'budget-' + input.runId, reason: 'sampan:budget', message })
    return interruptStep(state)
  }
  if (step >= maxSteps) {
    context.trace('step-limit', { runId: input.runId, maxSteps })
    throw new SampanError('agent/step-limit', 'No end after ' + step + ' calls of the model (maxSteps).')
  }
  state.phase = 'call'
  return prepareStep ? phaseOf(() => prepareStep(state), given => given && overrideStep(state, given)) : of()
}

/** One call of the model: its events as agent events. They decide what the run does next. */
export function callStep(state: RunState): Observable<AgentEvent> {
  const { settings, context, joins } = state
  state.joins = undefined
  // Named after the run's first log, so that a step of which the app was killed before it could note it joins its log.
  state.logs = state.logs || context.ids('log')
  state.logId = state.logs + '.' + state.step
  saveCheckpoint(state, state.logs)
  state.step++
  const request = modelRequest(state, joins)
  state.repair = []
  return settings.model(request, context).pipe(toAgentEvents(state))
}

function modelRequest(state: RunState, joins: boolean | undefined): ModelRequest {
  const { settings, input, callersTools, messages, replaced, repair, logId } = state
  const { instructions, output, outputJson, toolChoice, temperature, maxOutputTokens, extra } = settings
  const about = input.context.map(({ description, value }) => description + ':\n' + value).join('\n\n')
  const own = settings.descriptions().filter(({ name }) => toolNamed(state, name))
  const offered = own.concat(callersTools.filter(({ name }) => !toolNamed(state, name)))
  return {
    temperature,
    maxOutputTokens,
    extra,
    messages: system('instructions', typeof instructions === 'function' ? instructions(input) : instructions).concat(system('context', about), settings.messages ?? [], messages.slice(replaced), repair),
    tools: offered.length ? offered : undefined,
    toolChoice,
    output: output && { name: 'output', schema: outputJson() },
    logId,
    joins,
  }
}

function system(id: string, content: string | undefined): Message[] {
  return content ? [{ id, role: 'system', content }] : []
}
