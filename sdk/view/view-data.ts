import type { MessagePart, MessageStatus, ThreadError, ThreadMessage, ThreadState, ThreadStatus, ToolCallState } from '../thread/messages.js'
import type { Interrupt } from '../protocol/messages.js'

/** One block of a message, as a native page draws it. Plain JSON: it crosses to the render thread. */
export interface ViewBlock {
  id: string
  kind: 'text' | 'reasoning' | 'tool' | 'media'
  /** The text in pieces; only new ones are ever sent. Empty for tools and media. */
  segments: string[]
  toolCallId?: string
  toolName?: string
  state?: ToolCallState
  args?: unknown
  result?: unknown
  error?: string
  media?: unknown
}

export interface ViewMessage {
  id: string
  role: 'user' | 'assistant'
  status: MessageStatus
  blocks: ViewBlock[]
  error: string
}

/** The page data of a conversation. */
export interface ViewData {
  status: ThreadStatus
  messages: ViewMessage[]
  interrupts: readonly Interrupt[]
  queued: readonly string[]
  error: ThreadError | null
}

/** The whole of it, for the first `setData` of a page. */
export function viewData(state: ThreadState): ViewData {
  const { status, messages, interrupts, queued, error } = state
  return { status, messages: messages.map(viewMessage), interrupts, queued, error: error ?? null }
}

export function viewMessage(message: ThreadMessage): ViewMessage {
  const { id, role, status, parts, error } = message
  return { id, role, status, blocks: parts.map(viewBlock), error: error?.text ?? '' }
}

export function viewBlock(part: MessagePart): ViewBlock {
  const { id } = part
  if (part.type === 'text' || part.type === 'reasoning') return { id, kind: part.type, segments: part.segments.slice() }
  if (part.type === 'media') return { id, kind: 'media', segments: [], media: part.content }
  return { id, kind: 'tool', segments: [], ...toolFields(part) }
}

/** What a page shows of a tool call. Never `undefined`: `setData` does not take it. */
export function toolFields(part: Extract<MessagePart, { type: 'tool-call' }>): Partial<ViewBlock> {
  const { toolCallId, toolName, state, args, result, error } = part
  return { toolCallId, toolName, state, args, result: result ?? null, error: error ?? '' }
}
