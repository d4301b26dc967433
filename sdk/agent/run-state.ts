import type { AnyPolicy } from './approval.js'
import type { AnyTool, ModelEvent, ModelFunction, RunContext, RunInput, Schema } from '../contracts.js'
import type { JsonSchema } from '../protocol/json.js'
import type { Interrupt, Message, TokenUsage, ToolCall, ToolDescription } from '../protocol/messages.js'

/** What `createAgent` settled once, for all runs. */
export interface AgentSettings {
  readonly model: ModelFunction
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly descriptions: () => ToolDescription[]
  readonly instructions?: string | ((input: RunInput) => string)
  readonly approval?: AnyPolicy | undefined
  readonly maxSteps: number
  readonly maxResultChars: number
  readonly output?: Schema
  readonly outputJson: () => JsonSchema
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly extra?: Record<string, unknown>
}

/** What comes next in a run. The loop calls one phase after the other until a terminal event. */
export type Phase = 'start' | 'resume' | 'model' | 'tools' | 'afterStep' | 'interrupt' | 'finish'

/** Where one run stands. Made when a run is subscribed to, and private to that subscription. */
export interface RunState {
  readonly settings: AgentSettings
  readonly input: RunInput
  readonly context: RunContext
  phase: Phase
  /** Model calls made so far. */
  step: number
  /** The log of the model call that is open, and that which the next call reads instead of starting one. */
  logId: string
  joins: string | undefined
  /** The conversation as the next model call sees it, without the instructions. */
  readonly messages: Message[]
  /** What has been used. Shared with runs that middleware begins beside this one. */
  readonly usage: TokenUsage[]
  /** What the next phase is about: the calls of the last answer. */
  calls: readonly ToolCall[]
  /** Ids of all calls of the conversation. */
  readonly callIds: Set<string>
  readonly interrupts: Interrupt[]
  /** Calls of tools that the caller runs itself. */
  readonly pendingToolCallIds: string[]
  /** How the last answer ended. */
  finish: Partial<Extract<ModelEvent, { type: 'finish' }>>
}

export function createRunState(settings: AgentSettings, input: RunInput, context: RunContext, usage: TokenUsage[]): RunState {
  return {
    settings,
    input,
    context,
    usage,
    phase: 'start',
    step: 0,
    logId: '',
    joins: undefined,
    messages: [],
    calls: [],
    callIds: new Set(),
    interrupts: [],
    pendingToolCallIds: [],
    finish: {},
  }
}

/** The name of the step the run is in. */
export function stepName({ step }: RunState): string {
  return 'step-' + step
}
