import type { Observable } from 'rxjs'
import type { AnyPolicy, ApprovalPolicy } from './approval.js'
import { attachStep } from './checkpoint.js'
import { compose } from './compose.js'
import { finishStep, interruptStep } from './end-step.js'
import { readHistory } from './history.js'
import type { AgentOutput } from './json-output.js'
import { callStep, modelStep, noteStep } from './model-step.js'
import { resumeStep } from './resume-step.js'
import { guardRun, startOf } from './run-guard.js'
import type { PrepareStep, StopPredicate } from './step-control.js'
import { createRunState, type AgentSettings, type LoopTool, type Phase, type RunState } from './run-state.js'
import { afterStep, toolStep } from './tool-step.js'
import type {
  Agent, AgentInfo, AnyTool, ModelEndpoint, ModelFunction, ModelMiddleware, RunFunction, RunInput, RunMiddleware, Schema, SchemaOutput,
} from '../contracts.js'
import { SampanError } from '../errors.js'
import type { AgentEvent } from '../protocol/events.js'
import type { TokenUsage, ToolDescription } from '../protocol/messages.js'
import { defer, of, sequence } from '../protocol/streams.js'

export interface AgentOptions<Tools extends readonly AnyTool[], Output extends Schema = Schema> {
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
  /** Ends a run with success after the tools of a step, where one of these says so (`stepCount`, `calledTool`, `usageOver`). */
  stopWhen?: StopPredicate | readonly StopPredicate[]
  /** `prepare(run => …)`: asked before each model call what this step and those after it do in another way: model, tools, messages … */
  prepareStep?: PrepareStep
  /** How many tools run at the same time at most. Default: all that one answer calls. */
  maxParallelTools?: number
  /** The longest tool result, in characters, that goes to the model. Default 60 000. */
  maxResultChars?: number
  /** `jsonOutput(schema)`: asks the model for JSON of this schema; the checked value is the `result` of RUN_FINISHED. */
  output?: AgentOutput<Output>
  temperature?: number
  maxOutputTokens?: number
  /** Fields for the provider that Sampan does not know. */
  extra?: Record<string, unknown>
  /** Wrap the run; the first is the outermost. */
  middleware?: readonly RunMiddleware[]
  /** Wrap each model call; the first is the outermost. */
  modelMiddleware?: readonly ModelMiddleware[]
}

/** The type of a run's result: unknown where the agent asks for nothing certain. */
type OutputOf<Output extends Schema> = [Output] extends [never] ? unknown : SchemaOutput<Output>

/**
 * An agent: calls a model, runs the tools it asks for, and goes on until there is an answer, a question for the
 * person, or a limit. Nothing happens before the returned Observable is subscribed to.
 *
 * @throws SampanError `agent/invalid` where two tools share a name.
 * @example
 * const agent = createAgent({ model: openai({ connection, model: 'default' }), tools: [findDrinks], instructions: '…' })
 */
export function createAgent<const Tools extends readonly AnyTool[] = readonly [], Output extends Schema = never>(
  options: AgentOptions<Tools, Output>,
): Agent<Tools[number], OutputOf<Output>> {
  const { name = 'agent', description, tools = [] as readonly AnyTool[], output, middleware = [] } = options
  const settings = settingsOf(options, tools)
  const run: RunFunction = (input, context) =>
    defer(() => {
      // Also of runs that middleware begins besides.
      const usage: TokenUsage[] = []
      const inner = loopOf(settings, phases, usage)
      if (!middleware.length) return inner(input, context)
      // Middleware may do what it likes to a stream, and throw as well; a second guard holds the law around it.
      return defer(() => compose(middleware, inner)(input, context)).pipe(guardRun(input, context, usage))
    })
  const info: AgentInfo = {
    name,
    description,
    get tools() {
      return settings.descriptions()
    },
    capabilities: { streaming: true, tools: tools.length > 0, approvals: true, structuredOutput: !!output, resumable: Object(options.model.info.capabilities).resumable },
  }
  return Object.assign(run, { info, tools: tools as Tools, output: output && output.schema })
}

/** The options of an agent with all defaults. */
export function settingsOf(options: AgentOptions<readonly AnyTool[]>, tools: readonly AnyTool[]): AgentSettings {
  const { model, modelMiddleware = [], stopWhen = [], maxSteps = 12, maxResultChars = 60_000 } = options
  if (new Set(tools.map(tool => tool.name)).size < tools.length) throw new SampanError('agent/invalid', 'Two tools have the same name.')
  // Made when first asked for: a schema is not turned into JSON at start.
  let descriptions: ToolDescription[] | undefined
  return {
    ...(options as Pick<typeof options, 'instructions' | 'output' | 'prepareStep' | 'modelMiddleware' | 'maxParallelTools' | 'temperature' | 'maxOutputTokens' | 'extra'> & { approval?: AnyPolicy }),
    model: compose(modelMiddleware, model as ModelFunction),
    stopWhen: ([] as StopPredicate[]).concat(stopWhen),
    tools: tools as readonly LoopTool[],
    descriptions: () => (descriptions = descriptions || tools.map<ToolDescription>(({ name, description, parameters, untrusted }) => ({ name, description, parameters, metadata: untrusted ? { sampan: { untrusted } } : undefined }))),
    maxSteps,
    maxResultChars,
  }
}

/** The loop: one phase after the other, until an event ends the run. @param usage where it is counted. */
export function loopOf(settings: AgentSettings, steps: typeof phases, usage: TokenUsage[]): RunFunction {
  return (input, context) =>
    defer(() => {
      const state = createRunState(settings, input, context, usage)
      return sequence(() => steps[state.phase](state)).pipe(guardRun(input, context, usage))
    })
}

/** What each phase of a run does. One comes after the other; the guard leaves when an event ends the run. */
export const phases: Record<Phase, (state: RunState) => Observable<AgentEvent>> = {
  start: startStep,
  resume: resumeStep,
  model: modelStep,
  note: noteStep,
  call: callStep,
  tools: toolStep,
  afterStep,
  interrupt: interruptStep,
  finish: finishStep,
}

function startStep(state: RunState): Observable<AgentEvent> {
  const { input } = state
  if (input.attach) return attachStep(state)
  const isResumed = (input.resume || []).length > 0
  readHistory(state, isResumed)
  state.phase = isResumed ? 'resume' : 'model'
  return of<AgentEvent>(startOf(input))
}
