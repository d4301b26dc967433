import type { AnyPolicy } from './approval.js'
import type { AnyTool, FinishReason, ModelFunction, RunContext, RunInput, Schema } from '../contracts.js'
import type { JsonSchema } from '../protocol/json.js'
import type { Interrupt, Message, TokenUsage, ToolDescription } from '../protocol/messages.js'

/** What `createAgent` settled once, for all runs. */
export interface AgentSettings {
  readonly model: ModelFunction
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly descriptions: () => ToolDescription[]
  readonly instructions: string | ((input: RunInput) => string) | undefined
  readonly approval: AnyPolicy | undefined
  readonly maxSteps: number
  readonly maxResultChars: number
  readonly output: { readonly name: string; readonly schema: Schema; readonly json: () => JsonSchema } | undefined
  readonly request: { temperature?: number; maxOutputTokens?: number; extra?: Record<string, unknown> }
}

/** A tool call the model has finished asking for. */
export interface PendingCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly argsText: string
}

/** What comes next in a run. The loop calls one phase after the other until a terminal event. */
export type Phase = 'start' | 'resume' | 'model' | 'tools' | 'interrupt' | 'finish'

/** Where one run stands. Made when a run is subscribed to, and private to that subscription. */
export interface RunState {
  readonly settings: AgentSettings
  readonly input: RunInput
  readonly context: RunContext
  phase: Phase
  /** Model calls made so far. */
  step: number
  stepName: string
  /** The conversation as the next model call sees it, without the instructions. */
  messages: Message[]
  usage: TokenUsage[]
  calls: PendingCall[]
  interrupts: Interrupt[]
  /** Calls of tools that the caller runs itself. */
  pendingToolCallIds: string[]
  /** Text of the last assistant message, for structured output. */
  lastText: string
  finishReason: FinishReason | undefined
  /** The same in the provider's own word. */
  rawFinishReason: string | undefined
  /** Ids of all tool calls in `messages`. Made when the first tool is called. */
  callIds: Set<string> | undefined
}

export function createRunState(settings: AgentSettings, input: RunInput, context: RunContext): RunState {
  return {
    settings,
    input,
    context,
    phase: 'start',
    step: 0,
    stepName: '',
    messages: input.messages.filter(message => message.role !== 'activity'),
    usage: [],
    calls: [],
    interrupts: [],
    pendingToolCallIds: [],
    lastText: '',
    finishReason: undefined,
    rawFinishReason: undefined,
    callIds: undefined,
  }
}
