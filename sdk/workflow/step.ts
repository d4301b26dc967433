import type { Flow } from './flow.js'
import type { Agent, AnyTool, ReplayPolicy, Schema, Tool, ToolContext, Validation } from '../contracts.js'
import { validateWith } from '../protocol/schema.js'

/** What a step is told besides its input. `toolCallId` and `idempotencyKey` stay the same whenever it runs again. */
export interface StepContext extends ToolContext {
  /** From 1; more where a retry policy tries again. */
  readonly attempt: number
}

/** A function as a step of a workflow. Made by `defineStep`. */
export interface Step<In = any, Out = any> {
  readonly name: string
  readonly replay: ReplayPolicy
  readonly timeoutMs: number
  /** Whatever it makes of the input goes to `execute`. */
  readonly validate?: (input: unknown) => Validation<any>
  readonly validateResult?: (result: unknown) => Validation<Out>
  readonly execute: (input: In, context: StepContext) => Out | PromiseLike<Out>
}

/** An agent that knows what it takes and gives. Made by `defineWorkflow`. */
export type Workflow<In = any, Out = any> = Agent & { readonly '~workflow'?: (input: In) => Out }

/** What the registry of a flow may hold. */
export type Runnable<In = any, Out = any> = Step<In, Out> | Tool<string, In, Out> | Workflow<In, Out>
/** Whatever can stand in a flow. */
export type StepLike<In = any, Out = any> = Runnable<In, Out> | Flow<In, Out>
/** The steps a flow may name. */
export type StepRegistry = { readonly [name: string]: Runnable }

export interface StepOptions<In, Out> {
  /** What the flow calls it: letters, digits, `_` and `-`, a letter first. */
  name: string
  /** Checks what the step is given. */
  input?: Schema<In>
  /** Checks what `execute` returns. */
  output?: Schema<Out>
  /** What it returns becomes JSON before the next step sees it. It must not change its input. */
  execute: (input: In, context: StepContext) => Out | PromiseLike<Out>
  /**
   * What to do where the app was killed while it ran. Default `ask`, as of tools: the person is asked. A step without an
   * effect is `idempotent`: it runs again, and nothing waits for the ledger.
   */
  replay?: ReplayPolicy
  /** Milliseconds until an attempt counts as failed. Default 60 000. */
  timeoutMs?: number
}

/**
 * Makes a function a step of a workflow.
 *
 * @example
 * const total = defineStep({ name: 'total', replay: 'idempotent', execute: (order: Order) => ({ ...order, total: sum(order) }) })
 */
export function defineStep<Out, In = any>(options: StepOptions<In, Out>): Step<In, Awaited<Out>> {
  const { name, input, output, execute, replay = 'ask', timeoutMs = 60_000 } = options
  return {
    name,
    replay,
    timeoutMs,
    validate: input && (value => validateWith(input, value)),
    validateResult: output && (result => validateWith(output, result) as Validation<Awaited<Out>>),
    execute: execute as Step<In, Awaited<Out>>['execute'],
  }
}

/** Whether a step is an agent's or a workflow's run. */
export function isAgent(step: unknown): step is Agent {
  return typeof step === 'function'
}

/** Whether a step is a tool: then it shows as a tool call, and has an approval. */
export function isTool(step: Step | AnyTool): step is AnyTool {
  return 'parameters' in step
}
