import type { AnyPolicy } from './approval.js'
import type { AgentOutput } from './json-output.js'
import type { CallsInLoop } from './with-run.js'
import type { PrepareStep, StopPredicate } from './step-control.js'
import { addUsage, onCharge } from './usage.js'
import type { AnyTool, ModelEvent, ModelFunction, ModelMiddleware, RunContext, RunInput } from '../contracts.js'
import type { Interrupt, Message, TokenUsage, ToolCall, ToolDescription } from '../protocol/messages.js'

/** A tool as the loop knows it. */
export type LoopTool = AnyTool & { readonly inLoop?: CallsInLoop }

/** What `createAgent` settled once, for all runs. */
export interface AgentSettings {
  readonly model: ModelFunction
  readonly modelMiddleware?: readonly ModelMiddleware[]
  readonly tools: readonly LoopTool[]
  readonly descriptions: () => ToolDescription[]
  readonly instructions?: string | ((input: RunInput) => string)
  readonly approval?: AnyPolicy | undefined
  readonly prepareStep?: PrepareStep
  readonly stopWhen: readonly StopPredicate[]
  readonly maxParallelTools?: number
  readonly maxSteps: number
  readonly maxResultChars: number
  readonly output?: AgentOutput
  readonly temperature?: number
  readonly maxOutputTokens?: number
  readonly extra?: Record<string, unknown>
}

/** What comes next in a run. The loop calls one phase after the other until a terminal event. */
export type Phase = 'start' | 'resume' | 'model' | 'note' | 'call' | 'tools' | 'afterStep' | 'interrupt' | 'finish'

/** Where one run stands. Made when a run is subscribed to, and private to that subscription. */
export interface RunState {
  /** As they are in this step. */
  settings: AgentSettings
  readonly input: RunInput
  readonly context: RunContext
  phase: Phase
  /** Model calls made so far. */
  step: number
  /** What the ids of the run's logs begin with. */
  logs: string
  /** The log of the model call that is open. */
  logId: string
  /** The next call reads its log instead of starting it. */
  joins: boolean | undefined
  /** The conversation as the next model call sees it, without the instructions. */
  readonly messages: Message[]
  /** An answer that did not fit, and what is wrong with it: for the next call alone, no part of the history. */
  repair: Message[]
  /** The shared state, as it goes out with the next STATE_SNAPSHOT. */
  agentState: unknown
  /** What has been used. Shared with runs that middleware begins beside this one. */
  readonly usage: TokenUsage[]
  /** What the next phase is about: the calls of the last answer. */
  calls: readonly ToolCall[]
  /** Ids of all calls of the conversation. */
  readonly callIds: Set<string>
  readonly interrupts: Interrupt[]
  /** Tools of whoever started the run, as far as this step offers them. */
  callersTools: readonly ToolDescription[]
  /** Calls of tools that the caller runs itself. */
  readonly pendingToolCallIds: string[]
  /** How the last answer ended. */
  finish: Partial<Extract<ModelEvent, { type: 'finish' }>>
}

export function createRunState(settings: AgentSettings, input: RunInput, context: RunContext, usage: TokenUsage[]): RunState {
  return {
    settings,
    repair: [],
    agentState: input.state,
    callersTools: input.tools,
    input,
    context: onCharge(context, used => addUsage(usage, used)),
    usage,
    phase: 'start',
    step: 0,
    logs: '',
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

/** The agent's tool of this name, where this step offers it. */
export function toolNamed({ settings: { tools } }: RunState, name: string): LoopTool | undefined {
  return tools.find(tool => tool.name === name)
}

/** The name of the step the run is in. */
export function stepName({ step }: RunState): string {
  return 'step-' + step
}
