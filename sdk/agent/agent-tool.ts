import { defineTool } from './define-tool.js'
import { runChild } from './run-child.js'
import { withRun } from './with-run.js'
import type { Agent, ApprovalRule, Schema, SchemaOutput, StandardSchema, Tool } from '../contracts.js'
import { canonicalJson } from '../protocol/json.js'
import type { Message } from '../protocol/messages.js'

export interface AgentToolOptions<Name extends string, Input extends Schema> {
  /** Who does the work: an agent, a team, a workflow. */
  agent: Agent
  /** What the model calls it: letters, digits, `_` and `-`. Default: the agent's name. */
  name?: Name
  /** What it does and when to use it, for the model. Default: the agent's description. */
  description?: string
  /** What it takes: the agent, or the workflow, finds it in `forwardedProps.input` as well. Default `{ request: string }`. */
  input?: Input
  /** What the agent is asked. Default: the request, or the arguments as JSON. */
  prompt?: (args: SchemaOutput<Input>) => string | Message[]
  /** Whether the agent may be asked at all. Default `allow`: each of its own tools still decides for itself. */
  approval?: ApprovalRule<SchemaOutput<Input>>
  /** Milliseconds until it counts as failed. Time a person takes to answer does not count. Default: none. */
  timeoutMs?: number
}

/** What an agent takes where nothing else is said. */
interface Request { readonly request: string }

const REQUEST = {
  type: 'object',
  properties: { request: { type: 'string', description: 'What is to be done, with all that has to be known for it.' } },
  required: ['request'],
  additionalProperties: false,
}

/**
 * An agent as a tool of another. It does not see the other's conversation, only what it is asked; its result is the
 * tool's. What its tools ask a person, the outer run asks: `thread.approve` answers it like any other question.
 *
 * @throws SampanError `agent/invalid` from `createAgent`, where two tools come to have the same name.
 * @example
 * const manager = createAgent({ model, tools: [agentTool({ agent: researcher }), agentTool({ agent: booking })] })
 */
export function agentTool<const Name extends string = string, Input extends Schema = StandardSchema<unknown, Request>>(
  options: AgentToolOptions<Name, Input>,
): Tool<Name, SchemaOutput<Input>, unknown> {
  const { agent, input, approval, timeoutMs = Infinity } = options
  const { name = agent.info.name as Name, description = agent.info.description ?? '' } = options
  const { prompt = (args: unknown) => (input ? canonicalJson(args) : (args as Request).request) } = options
  const tool = defineTool({ name, description, input: input ?? REQUEST, approval: approval as ApprovalRule, timeoutMs })
  return withRun(tool, (args, child, context, end) => {
    const asked = prompt(args)
    const messages: Message[] = typeof asked === 'string' ? [{ id: 'prompt', role: 'user', content: asked }] : asked
    return runChild(agent, { messages, forwardedProps: input && { input: args } }, { ...child, name: agent.info.name, description: agent.info.description }, context, end)
  }) as Tool<Name, SchemaOutput<Input>, unknown>
}
