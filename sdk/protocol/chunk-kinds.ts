import type { AgentEvent, TextMessageRole } from './events.js'
import type { Metadata } from './messages.js'

/** Any of the three shorthand events, with all their fields optional, as a wire may bring them. */
export interface ChunkEvent {
  type: string
  messageId?: string
  toolCallId?: string
  toolCallName?: string
  parentMessageId?: string
  role?: TextMessageRole
  name?: string
  delta?: string
  metadata?: Metadata
  rawEvent?: any
  subagentRunId?: string | null
}
type ChunkFields = { readonly [F in Field]?: ChunkEvent[F] }
type Field = 'messageId' | 'toolCallId' | 'toolCallName' | 'parentMessageId' | 'role' | 'name'

/** What one kind of shorthand stands for. */
export interface ChunkKind {
  /** A short word that starts an id made for it. */
  readonly word: string
  readonly idField: 'messageId' | 'toolCallId'
  /** What the first chunk must have. */
  readonly required: readonly Field[]
  /** What later chunks may repeat. */
  readonly repeatable: readonly Field[]
  readonly defaults: ChunkFields
  idOf(chunk: ChunkEvent): string | undefined
  start(id: string, chunk: ChunkEvent): AgentEvent
  content(id: string, delta: string): AgentEvent
  end(id: string): AgentEvent
}

const text: ChunkKind = {
  word: 'message',
  idField: 'messageId',
  required: ['messageId'],
  repeatable: ['role', 'name'],
  defaults: { role: 'assistant' },
  idOf: chunk => chunk.messageId,
  start: (messageId, { role, name }) => ({ type: 'TEXT_MESSAGE_START', messageId, role: role ?? 'assistant', ...(name === undefined ? {} : { name }) }),
  content: (messageId, delta) => ({ type: 'TEXT_MESSAGE_CONTENT', messageId, delta }),
  end: messageId => ({ type: 'TEXT_MESSAGE_END', messageId }),
}

const toolCall: ChunkKind = {
  word: 'call',
  idField: 'toolCallId',
  required: ['toolCallId', 'toolCallName'],
  repeatable: ['toolCallName', 'parentMessageId'],
  defaults: {},
  idOf: chunk => chunk.toolCallId,
  start: (toolCallId, { toolCallName, parentMessageId }) => ({
    type: 'TOOL_CALL_START',
    toolCallId,
    toolCallName: toolCallName!,
    ...(parentMessageId === undefined ? {} : { parentMessageId }),
  }),
  content: (toolCallId, delta) => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta }),
  end: toolCallId => ({ type: 'TOOL_CALL_END', toolCallId }),
}

const reasoning: ChunkKind = {
  word: 'reasoning',
  idField: 'messageId',
  required: ['messageId'],
  repeatable: [],
  defaults: {},
  idOf: chunk => chunk.messageId,
  start: messageId => ({ type: 'REASONING_MESSAGE_START', messageId, role: 'reasoning' }),
  content: (messageId, delta) => ({ type: 'REASONING_MESSAGE_CONTENT', messageId, delta }),
  end: messageId => ({ type: 'REASONING_MESSAGE_END', messageId }),
}

/** The shorthand events and what they stand for. */
export const CHUNK_KINDS: { readonly [type: string]: ChunkKind | undefined } = {
  TEXT_MESSAGE_CHUNK: text,
  TOOL_CALL_CHUNK: toolCall,
  REASONING_MESSAGE_CHUNK: reasoning,
}
