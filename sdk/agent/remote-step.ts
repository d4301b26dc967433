import type { Observable } from 'rxjs'
import { collectMessages } from './collect-messages.js'
import { callsOf } from './history.js'
import { stepName, toolNamed, type RunState } from './run-state.js'
import type { Agent, RunInput } from '../contracts.js'
import { SampanError, type ErrorCode } from '../errors.js'
import { isTerminal, type AgentEvent, type RunErrorEvent, type RunFinishedEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { keepRun, keptRun } from '../protocol/kept-runs.js'
import { own } from '../protocol/own.js'
import { contentText, type Interrupt, type Message, type ResumeEntry, type ToolCall, type ToolMessage } from '../protocol/messages.js'
import { transform } from '../protocol/transform.js'

/** Where the state keeps which of its questions the agent put to our tools: interrupts by call. */
const SHELF = 'with-tools'
type Asks = { readonly [toolCallId: string]: string }

/** One run of the agent as a step of ours. What it calls here, or asks for, is what comes next. */
export function remoteStep(state: RunState, agent: Agent): Observable<AgentEvent> {
  const { input, context, settings, joins, callersTools } = state
  // A run of the agent is found again under the number of its step.
  const runId = input.runId + '.' + state.step
  state.joins = undefined
  state.step++
  const asks = (keptRun(state.agentState, SHELF) ?? {}) as Asks
  const given = state.messages.filter(message => !isAnswerTo(message, asks))
  const answers = state.messages.filter(message => isAnswerTo(message, asks)) as ToolMessage[]
  const asked: RunInput = {
    ...input,
    runId,
    parentRunId: input.runId,
    messages: given,
    tools: settings.descriptions().concat(callersTools),
    state: (state.agentState = keepRun(state.agentState, SHELF, undefined)),
    resume: resumeOf(state, asks, answers),
    attach: joins ? { runId } : undefined,
  }
  return agent(asked, context).pipe(follow(state, agent, given, answers))
}

const isAnswerTo = (message: Message, asks: Asks): boolean => message.role === 'tool' && own(asks, message.toolCallId) !== undefined

/** What our tools answered, and in the first run what a person did. An answer about a call of ours is not the agent's. */
function resumeOf(state: RunState, asks: Asks, answers: readonly ToolMessage[]): ResumeEntry[] | undefined {
  const { input, step, messages } = state
  const ours = allCalls(messages).filter(({ function: { name } }) => toolNamed(state, name))
  const isTheirs = ({ interruptId }: ResumeEntry): boolean => !ours.some(({ id }) => interruptId.replace(/^(approve|answer|again)-/, '') === id)
  const given = step === 1 ? (input.resume ?? []).filter(isTheirs) : []
  const resume = given.concat(answers.map(answer => ({ interruptId: asks[answer.toolCallId]!, ...resultOf(answer) })))
  return resume.length ? resume : undefined
}

function resultOf({ content, error }: ToolMessage): Pick<ResumeEntry, 'status' | 'payload'> {
  const text = contentText(content)
  const parsed = parseJson(text)
  return { status: error === undefined ? 'resolved' : 'cancelled', payload: parsed === undefined ? text : parsed }
}

/** The events of the agent's run as those of ours, up to its end. */
function follow(state: RunState, { info }: Agent, given: readonly Message[], answers: readonly ToolMessage[]) {
  return transform<AgentEvent, AgentEvent>((emit, end) => {
    const collected = collectMessages(given)
    emit({ type: 'STEP_STARTED', stepName: stepName(state) })
    return {
      next(event) {
        collected.add(event)
        if (isTerminal(event)) {
          goOn(state, event, collected.all(), answers, emit)
          return end()
        }
        switch (event.type) {
          case 'RUN_STARTED':
            return
          case 'TOOL_CALL_RESULT':
            // Ours has told it.
            if (answers.some(({ toolCallId }) => toolCallId === event.toolCallId)) return
            break
          case 'TOOL_CALL_START':
            state.callIds.add(event.toolCallId)
            break
          case 'STATE_SNAPSHOT':
            state.agentState = event.snapshot
        }
        const isStep = event.type === 'STEP_STARTED' || event.type === 'STEP_FINISHED'
        // Its steps are numbered as ours are.
        emit(isStep ? { ...event, stepName: info.name + '/' + event.stepName } : event)
      },
    }
  })
}

/** How a run of the agent ended decides what comes next. */
function goOn(state: RunState, event: RunFinishedEvent | RunErrorEvent, messages: Message[], answers: readonly ToolMessage[], emit: (event: AgentEvent) => void): void {
  const { input: { threadId, runId }, context } = state
  const isTold = ({ toolCallId }: ToolMessage): boolean => messages.some(message => message.role === 'tool' && message.toolCallId === toolCallId)
  state.messages.splice(0, Infinity, ...messages, ...answers.filter(answer => !isTold(answer)))
  event.usage?.forEach(usage => context.budget.charge(usage))
  if (event.type === 'RUN_ERROR') throw new SampanError((event.code ?? 'endpoint/provider-error') as ErrorCode, event.message)
  const { outcome = { type: 'success' as const } } = event
  state.calls = []
  state.phase = 'afterStep'
  if (outcome.type === 'interrupt') return takeQuestions(state, outcome.interrupts)
  const calls = allCalls(messages)
  const pending = outcome.type === 'success' ? outcome.pendingToolCallIds ?? [] : []
  state.calls = calls.filter(({ id, function: { name } }) => pending.includes(id) && toolNamed(state, name))
  state.pendingToolCallIds.push(...pending.filter(id => !state.calls.some(call => call.id === id)))
  if (state.calls.length) state.phase = 'tools'
  else emit({ ...event, threadId, runId, usage: undefined })
}

/** Questions that our tools can answer are put to them; those to a person end the run. */
function takeQuestions(state: RunState, interrupts: readonly Interrupt[]): void {
  const calls = allCalls(state.messages)
  const ours = interrupts.map(({ reason, toolCallId }) => (reason === 'input_required' ? calls.find(({ id, function: { name } }) => id === toolCallId && toolNamed(state, name)) : undefined))
  if (!ours.every(call => call)) return void state.interrupts.push(...interrupts)
  state.calls = ours as ToolCall[]
  state.phase = 'tools'
  const asks: Record<string, string> = {}
  interrupts.forEach(({ id, toolCallId }) => (asks[toolCallId!] = id))
  state.agentState = keepRun(state.agentState, SHELF, asks)
}

function allCalls(messages: readonly Message[]): ToolCall[] {
  return ([] as ToolCall[]).concat(...messages.map(callsOf))
}
