import type { AnyTool, ModelFunction, RunContext, RunInput, Schema } from '../contracts.js'
import type { Message, TokenUsage, ToolDescription } from '../protocol/messages.js'
import type { Interrupt } from '../protocol/messages.js'
import type { ApprovalPolicy } from './approval.js'

/** What `createAgent` settled once, for all runs. */
export interface AgentSettings {
  readonly model: ModelFunction
  readonly tools: ReadonlyMap<string, AnyTool>
  readonly descriptions: () => ToolDescription[]
  readonly instructions: string | ((input: RunInput) => string) | undefined
  readonly approval: ApprovalPolicy | undefined
  readonly maxSteps: number
  readonly maxResultChars: number
  readonly output: { readonly name: string; readonly schema: Schema } | undefined
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
  finishReason: string | undefined
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
  }
}
