import type { MessagePart, MessageStatus, ThreadError, ThreadMessage, ThreadState, ThreadStatus, ToolCallState } from '../thread/messages.js'
import type { Interrupt } from '../protocol/messages.js'

/** One block of a message, as a native page draws it. Plain JSON: it crosses to the render thread. */
export interface ViewBlock {
  id: string
  kind: 'text' | 'reasoning' | 'tool' | 'media' | 'subagent'
  /** The text in pieces; only new ones are ever sent. Empty for tools and media. */
  segments: string[]
  toolCallId?: string
  toolName?: string
  state?: ToolCallState
  args?: unknown
  result?: unknown
  error?: string
  media?: unknown
  /** How far a running tool has come, as it tells it. */
  progress?: unknown
  /** Why a text stands in the place of another. */
  retracted?: string
  /** What the agent or workflow says that this block runs: a message of its own. */
  child?: ViewMessage
}

export interface ViewMessage {
  id: string
  role: 'user' | 'assistant'
  status: MessageStatus
  blocks: ViewBlock[]
  error: string
  /** The agent that answers, where that is told. Else empty. */
  agentName: string
}

/** The page data of a conversation. */
export interface ViewData {
  status: ThreadStatus
  messages: ViewMessage[]
  interrupts: readonly Interrupt[]
  queued: readonly string[]
  error: ThreadError | null
  /** That AI generates what is read here, for a line that always stands near the conversation. Empty where none is wanted. */
  label: string
}

/** The whole of it, for the first `setData` of a page. */
export function viewData(state: ThreadState): ViewData {
  const { status, messages, interrupts, queued, error, label } = state
  return { status, messages: messages.map(viewMessage), interrupts, queued, error: error ?? null, label }
}

export function viewMessage(message: ThreadMessage): ViewMessage {
  const { id, role, status, parts, error, agentName } = message
  return { id, role, status, blocks: parts.map(viewBlock), error: error?.text ?? '', agentName: agentName ?? '' }
}

export function viewBlock(part: MessagePart): ViewBlock {
  const { id } = part
  if (part.type === 'text' || part.type === 'reasoning') {
    const block: ViewBlock = { id, kind: part.type, segments: part.segments.slice() }
    return part.type === 'text' && part.retracted !== undefined ? { ...block, retracted: part.retracted } : block
  }
  if (part.type === 'media') return { id, kind: 'media', segments: [], media: part.content }
  const block: ViewBlock = part.type === 'subagent' ? { id, kind: 'subagent', segments: [] } : { id, kind: 'tool', segments: [], ...toolFields(part) }
  return part.child ? { ...block, child: viewMessage(part.child) } : block
}

/** What a page shows of a tool call. Never `undefined`: `setData` does not take it. */
export function toolFields(part: Extract<MessagePart, { type: 'tool-call' }>): Partial<ViewBlock> {
  const { toolCallId, toolName, state, args, result, error, progress } = part
  return { toolCallId, toolName, state, args, result: result ?? null, error: error ?? '', progress: progress ?? null }
}
