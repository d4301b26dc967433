import type { ApprovalRule, ReplayPolicy, Schema, SchemaOutput, StandardSchema, Tool, ToolContext } from '../contracts.js'
import type { JsonSchema } from '../protocol/json.js'
import { toJsonSchema, validateWith } from '../protocol/schema.js'

export interface ToolOptions<Name extends string, Input extends Schema, Result> {
  /** What the model calls it: letters, digits, `_` and `-`. */
  name: Name
  /** What it does and when to use it, for the model. */
  description: string
  /** What it takes: zod, zod/mini, another Standard Schema, or plain JSON Schema. Default: nothing. */
  input?: Input
  /** Checks what `execute` returns. A result that does not fit becomes an error the model sees. */
  output?: Schema<Result>
  /** Runs on the phone. Without it a person or another program gives the result (`thread.answer`). */
  execute?: (args: SchemaOutput<Input>, context: ToolContext) => Result | PromiseLike<Result>
  /** Whether a call may run. Default `allow`; `ask` where `requiresGesture`. The agent's own policy goes first. */
  approval?: ApprovalRule<SchemaOutput<Input>>
  /** What to do with a call that may have run before a crash. Default `ask`. */
  replay?: ReplayPolicy
  /** The host opens it only inside a tap: it always asks, and runs inside the approving tap. Default `false`. */
  requiresGesture?: boolean
  /** What it returns may have been written by strangers (mail, web pages): `fence()` keeps it from giving orders. Default `false`. */
  untrusted?: boolean
  /** Milliseconds until a running call counts as failed. Default 60 000. */
  timeoutMs?: number
}

/** The input of a tool that takes nothing. */
type NoInput = StandardSchema<unknown, Record<string, never>>

/**
 * Describes a function a model may call. The types of `input` reach `execute`, approvals and message parts.
 *
 * @example
 * const findDrinks = defineTool({
 *   name: 'findDrinks',
 *   description: 'Searches the menu.',
 *   input: z.object({ keyword: z.string() }),
 *   execute: ({ keyword }) => menu.filter(drink => drink.name.includes(keyword)),
 * })
 */
export function defineTool<const Name extends string, Result, Input extends Schema = NoInput>(
  options: ToolOptions<Name, Input, Result>,
): Tool<Name, SchemaOutput<Input>, Awaited<Result>> {
  const { name, description, input = { type: 'object', properties: {} }, output, execute, approval, replay = 'ask', requiresGesture = false, untrusted, timeoutMs = 60_000 } = options
  let parameters: JsonSchema | undefined
  return {
    name,
    description,
    get parameters() {
      // Made when first read: an app that never runs the agent does not pay for the conversion at start.
      return (parameters = parameters || toJsonSchema(input))
    },
    approval,
    replay,
    requiresGesture,
    untrusted,
    timeoutMs,
    validate: args => validateWith(input, args),
    validateResult: output && (result => validateWith(output, result)),
    execute: execute as Tool<Name, SchemaOutput<Input>, Awaited<Result>>['execute'],
  }
}
