import type { Observable } from 'rxjs'
import type { AnyPolicy, ApprovalPolicy } from './approval.js'
import { composeModel, composeRun } from './compose.js'
import { finishStep, interruptStep } from './end-step.js'
import { modelStep } from './model-step.js'
import { resumeStep } from './resume-step.js'
import { guardRun } from './run-guard.js'
import { createRunState, type AgentSettings, type Phase, type RunState } from './run-state.js'
import { toolStep } from './tool-step.js'
import { settleUnanswered } from './unanswered.js'
import { addUsage } from './usage.js'
import type {
  Agent, AgentInfo, AnyTool, ModelEndpoint, ModelMiddleware, RunContext, RunFunction, RunInput, RunMiddleware, Schema,
} from '../contracts.js'
import { SampanError } from '../errors.js'
import { PROTOCOL_VERSION, type AgentEvent } from '../protocol/events.js'
import type { JsonSchema } from '../protocol/json.js'
import type { TokenUsage, ToolDescription } from '../protocol/messages.js'
import { toJsonSchema } from '../protocol/schema.js'
import { defer, of, sequence } from '../protocol/streams.js'

export interface AgentOptions<Tools extends readonly AnyTool[]> {
  /** Where inference happens: `openai({ … })` or any other endpoint. */
  model: ModelEndpoint
  /** Default `agent`. */
  name?: string
  description?: string
  /** What the agent may call on the device. */
  tools?: Tools
  /** The system prompt, or a function of the run's input. */
  instructions?: string | ((input: RunInput) => string)
  /** Which calls may run, before what each tool says itself. */
  approval?: ApprovalPolicy<Tools[number]>
  /** Model calls in one run before it ends with `agent/step-limit`. Default 12. */
  maxSteps?: number
  /** The longest tool result, in characters, that goes to the model. Default 60 000. */
  maxResultChars?: number
  /** Asks the model for JSON of this schema; the checked value is the `result` of RUN_FINISHED. */
  output?: Schema
  temperature?: number
  maxOutputTokens?: number
  /** Fields for the provider that Sampan does not know. */
  extra?: Record<string, unknown>
  /** Wrap the run; the first is the outermost. */
  middleware?: readonly RunMiddleware[]
  /** Wrap each model call; the first is the outermost. */
  modelMiddleware?: readonly ModelMiddleware[]
}

/**
 * An agent: calls a model, runs the tools it asks for, and goes on until there is an answer, a question for the
 * person, or a limit. Nothing happens before the returned Observable is subscribed to.
 *
 * @throws SampanError `agent/invalid` where two tools share a name.
 * @example
 * const agent = createAgent({ model: openai({ connection, model: 'default' }), tools: [findDrinks], instructions: '…' })
 */
export function createAgent<const Tools extends readonly AnyTool[] = readonly []>(options: AgentOptions<Tools>): Agent<Tools[number]> {
  const tools = options.tools ?? ([] as readonly AnyTool[])
  const settings = settingsOf(options, tools)
  const middleware = options.middleware ?? []
  const run: RunFunction = middleware.length ? wrappedRun(settings, middleware) : (input, context) => loop(settings, input, context, () => {})
  const info: AgentInfo = {
    name: options.name ?? 'agent',
    description: options.description,
    get tools() {
      return settings.descriptions()
    },
    capabilities: { streaming: true, tools: tools.length > 0, approvals: true, structuredOutput: Boolean(options.output) },
  }
  return Object.assign(run, { info, tools: tools as Tools })
}

/** One run: a state, its phases, and the law around them. */
function loop(settings: AgentSettings, input: RunInput, context: RunContext, begun: (state: RunState) => void): Observable<AgentEvent> {
  return defer(() => {
    const state = createRunState(settings, input, context)
    begun(state)
    return runPhases(state).pipe(guardRun(input, context, () => state.usage))
  })
}

/** Middleware may do what it likes to a stream, and throw as well; a second guard holds the law around it. */
function wrappedRun(settings: AgentSettings, middleware: readonly RunMiddleware[]): RunFunction {
  return (input, context) =>
    defer(() => {
      const states: RunState[] = []
      const usage = (): TokenUsage[] => states.reduce<TokenUsage[]>((sum, state) => state.usage.reduce(addUsage, sum), [])
      const inner: RunFunction = (innerInput, innerContext) => loop(settings, innerInput, innerContext, state => states.push(state))
      return defer(() => composeRun(middleware, inner)(input, context)).pipe(guardRun(input, context, usage))
    })
}

function settingsOf<Tools extends readonly AnyTool[]>(options: AgentOptions<Tools>, tools: readonly AnyTool[]): AgentSettings {
  const byName = new Map(tools.map(tool => [tool.name, tool]))
  if (byName.size < tools.length) {
    throw new SampanError('agent/invalid', 'Two tools have the same name; the model could not tell them apart.')
  }
  let descriptions: ToolDescription[] | undefined
  let outputJson: JsonSchema | undefined
  const { model, instructions, approval, output, temperature, maxOutputTokens, extra } = options
  return {
    model: composeModel(options.modelMiddleware ?? [], model),
    tools: byName,
    descriptions: () => (descriptions ??= tools.map(({ name, description, parameters }) => ({ name, description, parameters }))),
    instructions,
    approval: approval as AnyPolicy | undefined,
    maxSteps: options.maxSteps ?? 12,
    maxResultChars: options.maxResultChars ?? 60_000,
    output: output && { name: 'output', schema: output, json: () => (outputJson ??= toJsonSchema(output)) },
    request: { temperature, maxOutputTokens, extra },
  }
}

/** One phase after the other. The guard leaves when an event ends the run. */
function runPhases(state: RunState): Observable<AgentEvent> {
  return sequence(() => phases[nextPhase(state)](state))
}

const phases: Record<Phase, (state: RunState) => Observable<AgentEvent>> = {
  start: startStep,
  resume: resumeStep,
  model: modelStep,
  tools: toolStep,
  interrupt: interruptStep,
  finish: finishStep,
}

function nextPhase(state: RunState): Phase {
  if (state.phase !== 'model') return state.phase
  const exhausted = state.context.budget.exhausted()
  if (exhausted !== undefined) {
    state.interrupts.push({ id: 'budget-' + state.input.runId, reason: 'sampan:budget', message: exhausted })
    return (state.phase = 'interrupt')
  }
  if (state.step >= state.settings.maxSteps) {
    const message = 'The model was called ' + state.step + ' times without coming to an end (maxSteps).'
    throw new SampanError('agent/step-limit', message)
  }
  return state.phase
}

function startStep(state: RunState): Observable<AgentEvent> {
  const { threadId, runId, parentRunId, resume, attach } = state.input
  if (attach) throw new SampanError('agent/invalid', 'This agent keeps no checkpoints: there is nothing to attach to.')
  state.phase = resume?.length ? 'resume' : 'model'
  if (!resume?.length) settleUnanswered(state)
  return of<AgentEvent>({ type: 'RUN_STARTED', threadId, runId, parentRunId, protocolVersion: PROTOCOL_VERSION })
}
