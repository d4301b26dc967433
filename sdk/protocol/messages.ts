import type { JsonSchema } from './json.js'

// AG-UI 1.0 messages and run input. Field names are the wire's; a type test compares them with @ag-ui/core 1.0.0.

/** Free data attached to an event or a message. The key `ag-ui` is reserved by the protocol. */
export type Metadata = Record<string, any>

export interface TextContent { type: 'text'; id?: string; text: string; metadata?: any }
export type ContentSource =
  | { type: 'data'; value: string; mimeType: string }
  | { type: 'url'; value: string; mimeType?: string }
  | { type: 'file'; value: string; provider?: string; mimeType?: string }
export interface MediaContent {
  type: 'image' | 'audio' | 'video' | 'document'
  id?: string
  source: ContentSource
  metadata?: any
}
/** One typed piece of a user message or a tool result. */
export type ContentPart = TextContent | MediaContent

interface MessageFields {
  id: string
  name?: string
  encryptedValue?: string
  metadata?: Metadata
  subagentRunId?: string
}

/** A model's request to use a tool, as it stands in a message. `arguments` is JSON text. */
export interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
  encryptedValue?: string
  metadata?: Metadata
}

export interface DeveloperMessage extends MessageFields { role: 'developer'; content: string }
export interface SystemMessage extends MessageFields { role: 'system'; content: string }
export interface AssistantMessage extends MessageFields { role: 'assistant'; content?: string; toolCalls?: ToolCall[] }
export interface UserMessage extends MessageFields { role: 'user'; content: string | ContentPart[] }
export interface ToolMessage extends MessageFields {
  role: 'tool'
  content: string | ContentPart[]
  toolCallId: string
  error?: string
}
export interface ActivityMessage {
  id: string
  role: 'activity'
  activityType: string
  content: Record<string, any>
  metadata?: Metadata
  subagentRunId?: string
}
export interface ReasoningMessage {
  id: string
  role: 'reasoning'
  content: string
  encryptedValue?: string
  metadata?: Metadata
  subagentRunId?: string
}

/** One utterance in a thread, as it crosses a wire. */
export type Message =
  | DeveloperMessage
  | SystemMessage
  | AssistantMessage
  | UserMessage
  | ToolMessage
  | ActivityMessage
  | ReasoningMessage

/** A tool as the protocol describes it: `parameters` is a JSON Schema. */
export interface ToolDescription { name: string; description: string; parameters?: JsonSchema; metadata?: Metadata }

/** A question a run ended with. It is answered in the `resume` of the next run. */
export interface Interrupt {
  id: string
  /** `tool_call`, `input_required`, `confirmation`, or `<framework>:<name>`. */
  reason: string
  message?: string
  toolCallId?: string
  responseSchema?: JsonSchema
  /** ISO 8601. Past it only `cancelled` is accepted. */
  expiresAt?: string
  metadata?: Metadata
  subagentRunId?: string
}

/** The answer to one {@link Interrupt}. A denial is a payload such as `{ approved: false }`, not a status. */
export interface ResumeEntry {
  interruptId: string
  status: 'resolved' | 'cancelled'
  payload?: any
  metadata?: Metadata
}

/** AG-UI's RunAgentInput: all a run needs, as plain JSON. */
export interface RunAgentInput {
  threadId: string
  runId: string
  protocolVersion?: string
  parentRunId?: string
  state?: any
  messages: Message[]
  tools: ToolDescription[]
  context: { description: string; value: string }[]
  forwardedProps?: any
  resume?: ResumeEntry[]
}

/** Tokens used with one provider and model. `reasoningTokens` is part of output, `cachedInputTokens` part of input. */
export interface TokenUsage {
  provider?: string
  model?: string
  inputTokens?: number
  outputTokens?: number
  totalTokens?: number
  reasoningTokens?: number
  cachedInputTokens?: number
  cacheWriteInputTokens?: number
}

/** The plain text of a message's content; parts that are no text are left out. */
export function contentText(content: string | ContentPart[] | undefined): string {
  if (typeof content === 'string') return content
  return (content || []).map(part => (part.type === 'text' ? part.text : '')).join('')
}
