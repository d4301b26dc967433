import type { ApprovalPolicy } from './approval.js'
import { loopOf, phases, settingsOf } from './create-agent.js'
import { remoteStep } from './remote-step.js'
import { resumeStep } from './resume-step.js'
import { toolNamed, type RunState } from './run-state.js'
import type { Agent, AgentInfo, AnyTool, ModelEndpoint, RunFunction } from '../contracts.js'
import { defer } from '../protocol/streams.js'

export interface WithToolsOptions<Tools extends readonly AnyTool[]> {
  /** What the agent may call here, besides its own tools. */
  tools: Tools
  /** Which calls may run, before what each tool says itself. */
  approval?: ApprovalPolicy<Tools[number]>
  /** Runs of the agent in one run of ours before it ends with `agent/step-limit`. Default 12. */
  maxSteps?: number
  /** How many tools run at the same time at most. Default: all that are called at once. */
  maxParallelTools?: number
  /** The longest tool result, in characters. Default 60 000. */
  maxResultChars?: number
}

/**
 * Lends tools to an agent that runs elsewhere: it is told of them, they run here. Approvals, the ledger, gestures and going
 * on after a kill are those of `createAgent`. Where it calls a tool of ours its run ends, the tool is run, and it goes on in
 * another: all within one run of ours. A workflow asks in the same way, by a tool step that nobody executes there.
 *
 * Of questions that are open together, to a person and to our tools, all are left to the person.
 *
 * @throws SampanError `agent/invalid` where two tools share a name.
 * @example
 * const agent = withTools(aguiAgent({ connection: gateway, name: 'travel' }), { tools: [currentLocation] })
 */
export function withTools<const Tools extends readonly AnyTool[]>(agent: Agent, options: WithToolsOptions<Tools>): Agent<Tools[number]> {
  const { info } = agent
  // The loop asks for a model and never calls it: the agent stands in its place.
  const settings = settingsOf({ ...options, model: undefined as unknown as ModelEndpoint }, options.tools)
  const steps = { ...phases, resume: resumeOurs, call: (state: RunState) => remoteStep(state, agent) }
  const run: RunFunction = (input, context) => defer(() => loopOf(settings, steps, [])(input, context))
  const own: AgentInfo = {
    name: info.name,
    description: info.description,
    get tools() {
      return (info.tools ?? []).concat(settings.descriptions())
    },
    capabilities: { ...info.capabilities, tools: true, approvals: true },
  }
  return Object.assign(run, { info: own, tools: options.tools })
}

/** Calls of the agent's own tools are its own to go on with. */
function resumeOurs(state: RunState): ReturnType<typeof resumeStep> {
  state.calls = state.calls.filter(call => toolNamed(state, call.function.name))
  return resumeStep(state)
}
