import type { Observable } from 'rxjs'
import { toAgentEvents } from './answer-events.js'
import { saveCheckpoint } from './checkpoint.js'
import { interruptStep } from './end-step.js'
import type { RunState } from './run-state.js'
import type { ModelRequest } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Message } from '../protocol/messages.js'

/** One call of the model: its events as agent events. Decides what the run does next. */
export function modelStep(state: RunState): Observable<AgentEvent> {
  const { settings, context, input, interrupts } = state
  const message = context.budget.exhausted()
  if (message !== undefined) {
    interrupts.push({ id: 'budget-' + input.runId, reason: 'sampan:budget', message })
    return interruptStep(state)
  }
  const { step, joins } = state
  if (step >= settings.maxSteps) throw new SampanError('agent/step-limit', 'No end after ' + step + ' calls of the model (maxSteps).')
  state.logId = joins ?? context.ids('log')
  state.joins = undefined
  saveCheckpoint(state, state.logId)
  state.step++
  return settings.model(modelRequest(state, joins !== undefined), context).pipe(toAgentEvents(state))
}

function modelRequest({ settings, input, messages, logId }: RunState, joins: boolean): ModelRequest {
  const { instructions, output, outputJson, tools, temperature, maxOutputTokens, extra } = settings
  const about = input.context.map(({ description, value }) => description + ':\n' + value).join('\n\n')
  const offered = settings.descriptions().concat(input.tools.filter(({ name }) => !tools.has(name)))
  return {
    temperature,
    maxOutputTokens,
    extra,
    messages: system('instructions', typeof instructions === 'function' ? instructions(input) : instructions).concat(system('context', about), messages),
    tools: offered.length ? offered : undefined,
    output: output && { name: 'output', schema: outputJson() },
    logId,
    joins,
  }
}

function system(id: string, content: string | undefined): Message[] {
  return content ? [{ id, role: 'system', content }] : []
}
