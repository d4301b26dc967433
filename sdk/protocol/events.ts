import type { ContentPart, Interrupt, Message, Metadata, RunAgentInput, TokenUsage } from './messages.js'

// AG-UI 1.0 events, unchanged. `type` is a string union and not an enum, so nothing of this file reaches a bundle.

/** The version of AG-UI these events follow. */
export const PROTOCOL_VERSION = '1.0'

interface EventFields {
  /** Milliseconds since 1970 by convention. */
  timestamp?: number
  rawEvent?: any
  metadata?: Metadata
}
interface Attributable extends EventFields {
  /** The sub-agent run this belongs to; absent means the agent itself. */
  subagentRunId?: string
}

export interface RunStartedEvent extends EventFields {
  type: 'RUN_STARTED'
  threadId: string
  runId: string
  protocolVersion?: string
  parentRunId?: string
  input?: RunAgentInput
}
export type RunOutcome =
  | { type: 'success'; pendingToolCallIds?: string[] }
  | { type: 'interrupt'; interrupts: Interrupt[] }
  | { type: 'cancelled' }
export interface RunFinishedEvent extends EventFields {
  type: 'RUN_FINISHED'
  threadId: string
  runId: string
  result?: any
  outcome?: RunOutcome
  usage?: TokenUsage[]
}
export interface RunErrorEvent extends EventFields { type: 'RUN_ERROR'; message: string; code?: string; usage?: TokenUsage[] }
export interface StepStartedEvent extends Attributable { type: 'STEP_STARTED'; stepName: string }
export interface StepFinishedEvent extends Attributable { type: 'STEP_FINISHED'; stepName: string }

export type TextMessageRole = 'developer' | 'system' | 'assistant' | 'user'
export interface TextMessageStartEvent extends Attributable {
  type: 'TEXT_MESSAGE_START'
  messageId: string
  role?: TextMessageRole
  name?: string
}
export interface TextMessageContentEvent extends Attributable { type: 'TEXT_MESSAGE_CONTENT'; messageId: string; delta: string }
export interface TextMessageEndEvent extends Attributable { type: 'TEXT_MESSAGE_END'; messageId: string }
export interface TextMessageChunkEvent extends Attributable {
  type: 'TEXT_MESSAGE_CHUNK'
  messageId?: string
  role?: TextMessageRole
  delta?: string
  name?: string
}

export interface ToolCallStartEvent extends Attributable {
  type: 'TOOL_CALL_START'
  toolCallId: string
  toolCallName: string
  parentMessageId?: string
}
export interface ToolCallArgsEvent extends Attributable { type: 'TOOL_CALL_ARGS'; toolCallId: string; delta: string }
export interface ToolCallEndEvent extends Attributable { type: 'TOOL_CALL_END'; toolCallId: string }
export interface ToolCallChunkEvent extends Attributable {
  type: 'TOOL_CALL_CHUNK'
  toolCallId?: string
  toolCallName?: string
  parentMessageId?: string
  delta?: string
}
export interface ToolCallResultEvent extends Attributable {
  type: 'TOOL_CALL_RESULT'
  messageId: string
  toolCallId: string
  content: string | ContentPart[]
  role?: 'tool'
}

/** One RFC 6902 operation. */
export type JsonPatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: any }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; from: string; path: string }

export interface StateSnapshotEvent extends Attributable { type: 'STATE_SNAPSHOT'; snapshot: any }
export interface StateDeltaEvent extends Attributable { type: 'STATE_DELTA'; delta: JsonPatchOperation[] }
export interface MessagesSnapshotEvent extends EventFields { type: 'MESSAGES_SNAPSHOT'; messages: Message[] }
export interface ActivitySnapshotEvent extends Attributable {
  type: 'ACTIVITY_SNAPSHOT'
  messageId: string
  activityType: string
  content: Record<string, any>
  replace?: boolean
}
export interface ActivityDeltaEvent extends Attributable {
  type: 'ACTIVITY_DELTA'
  messageId: string
  activityType: string
  patch: JsonPatchOperation[]
}

export interface ReasoningStartEvent extends Attributable { type: 'REASONING_START'; messageId: string }
export interface ReasoningEndEvent extends Attributable { type: 'REASONING_END'; messageId: string }
export interface ReasoningMessageStartEvent extends Attributable {
  type: 'REASONING_MESSAGE_START'
  messageId: string
  role: 'reasoning'
}
export interface ReasoningMessageContentEvent extends Attributable {
  type: 'REASONING_MESSAGE_CONTENT'
  messageId: string
  delta: string
}
export interface ReasoningMessageEndEvent extends Attributable { type: 'REASONING_MESSAGE_END'; messageId: string }
export interface ReasoningMessageChunkEvent extends Attributable {
  type: 'REASONING_MESSAGE_CHUNK'
  messageId?: string
  delta?: string
}
export interface ReasoningEncryptedValueEvent extends Attributable {
  type: 'REASONING_ENCRYPTED_VALUE'
  subtype: 'tool-call' | 'message'
  entityId: string
  encryptedValue: string
}

export interface SubagentStartedEvent extends EventFields {
  type: 'SUBAGENT_STARTED'
  subagentRunId: string
  name: string
  description?: string
  parentSubagentRunId?: string
  parentToolCallId?: string
  parentMessageId?: string
}
export interface SubagentFinishedEvent extends EventFields {
  type: 'SUBAGENT_FINISHED'
  subagentRunId: string
  result?: any
  outcome?: { type: 'success' } | { type: 'suspended'; interruptIds?: string[] }
}
export interface SubagentErrorEvent extends EventFields {
  type: 'SUBAGENT_ERROR'
  subagentRunId: string
  message: string
  code?: string
}

export interface RawEvent extends Attributable { type: 'RAW'; event: any; source?: string }
/** What AG-UI has no event for. Sampan's own names are `sampan:<noun>-<verb>`. */
export interface CustomEvent extends Attributable { type: 'CUSTOM'; name: string; value: any }

/** One parsed protocol unit of a run: all 31 events of AG-UI 1.0. */
export type AgentEvent =
  | RunStartedEvent
  | RunFinishedEvent
  | RunErrorEvent
  | StepStartedEvent
  | StepFinishedEvent
  | TextMessageStartEvent
  | TextMessageContentEvent
  | TextMessageEndEvent
  | TextMessageChunkEvent
  | ToolCallStartEvent
  | ToolCallArgsEvent
  | ToolCallEndEvent
  | ToolCallChunkEvent
  | ToolCallResultEvent
  | StateSnapshotEvent
  | StateDeltaEvent
  | MessagesSnapshotEvent
  | ActivitySnapshotEvent
  | ActivityDeltaEvent
  | ReasoningStartEvent
  | ReasoningEndEvent
  | ReasoningMessageStartEvent
  | ReasoningMessageContentEvent
  | ReasoningMessageEndEvent
  | ReasoningMessageChunkEvent
  | ReasoningEncryptedValueEvent
  | SubagentStartedEvent
  | SubagentFinishedEvent
  | SubagentErrorEvent
  | RawEvent
  | CustomEvent

/** An event with its place in the run's log. The number stands outside the event: the wire stays AG-UI. */
export interface NumberedEvent { seq: number; event: AgentEvent }

/** Whether this event ends a run. */
export function isTerminal(event: AgentEvent): event is RunFinishedEvent | RunErrorEvent {
  return event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR'
}
