import { compose } from './compose.js'
import { phaseOf } from './phase-of.js'
import type { AgentSettings, RunState } from './run-state.js'
import type { PrepareStep, RunSoFar, StepOverrides } from './step-control.js'
import type { ModelFunction } from '../contracts.js'

/** The settings of a step, with what was changed so far, and how the agent was made. */
interface Prepared extends AgentSettings {
  readonly agent?: AgentSettings
  readonly changes?: StepOverrides
  /** How many messages of the conversation `messages` stands for. */
  readonly replaced?: number
}

/**
 * For `prepareStep` of `createAgent`: asked before each model call what this step and those after it do in another way. The
 * answer may come later (a promise); what it throws ends the run.
 *
 * @example
 * createAgent({ model: small, prepareStep: prepare(({ messages }) => (messages.length > 20 ? { model: large } : undefined)) })
 */
export function prepare(decide: (run: RunSoFar) => StepOverrides | undefined | void | PromiseLike<StepOverrides | undefined | void>): PrepareStep {
  return state => phaseOf(() => decide(state), given => given && overrideStep(state, given))
}

/** Changes what the steps from here on do. What is not offered stands in no list, so that nobody has to ask. */
function overrideStep(state: RunState, given: StepOverrides): void {
  const before = state.settings as Prepared
  const { agent = before } = before
  const changes: StepOverrides = { ...before.changes, ...given }
  const { model, tools, messages, toolChoice, ...plain } = changes
  const replaced = given.messages ? state.messages.length : before.replaced
  const isOffered = ({ name }: { readonly name: string }): boolean => !tools || tools.includes(name)
  const ask = model ? compose(agent.modelMiddleware ?? [], model as ModelFunction) : agent.model
  state.callersTools = state.input.tools.filter(isOffered)
  state.settings = {
    ...agent,
    ...plain,
    tools: agent.tools.filter(isOffered),
    descriptions: () => agent.descriptions().filter(isOffered),
    model(request, context) {
      // Before the conversation stands what the agent was told, behind it an answer that is to be given anew.
      const start = request.messages.length - state.messages.length - state.repair.length
      const shown = messages ? request.messages.slice(0, start).concat(messages, request.messages.slice(start + replaced!)) : request.messages
      return ask({ ...request, toolChoice, messages: shown }, context)
    },
    agent,
    changes,
    replaced,
  } as Prepared
}
