import type { Conversation } from './conversation.js'
import type { ToolCallPart } from './messages.js'
import type { AgentEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { contentText } from '../protocol/messages.js'

type Handlers = { [Type in AgentEvent['type']]?: (event: Extract<AgentEvent, { type: Type }>, conversation: Conversation) => void }

const handlers: Handlers = {
  TEXT_MESSAGE_CONTENT({ messageId, delta }, { live }) {
    live?.append('text', messageId, delta)
  },
  REASONING_MESSAGE_CONTENT({ messageId, delta }, { live }) {
    live?.append('reasoning', messageId, delta)
  },
  TOOL_CALL_START({ toolCallId, toolCallName, parentMessageId }, { live }) {
    live?.addTool({ type: 'tool-call', id: toolCallId, toolCallId, toolName: toolCallName, state: 'streaming', args: {}, argsText: '', parentMessageId })
  },
  TOOL_CALL_ARGS({ toolCallId, delta }, { live }) {
    live?.tool(toolCallId)?.addArgs(delta)
  },
  TOOL_CALL_END({ toolCallId }, { live }) {
    live?.tool(toolCallId)?.endArgs()
  },
  TOOL_CALL_RESULT(event, { live }) {
    live?.tool(event.toolCallId)?.set(resultOf(event))
  },
  STATE_SNAPSHOT({ snapshot }, conversation) {
    conversation.agentState = snapshot
  },
  RUN_FINISHED({ outcome }, { live }) {
    if (outcome?.type !== 'interrupt') return
    for (const interrupt of outcome.interrupts) {
      if (interrupt.toolCallId) live?.tool(interrupt.toolCallId)?.set({ state: 'asking', interrupt })
    }
  },
}

/** Writes one event of a run into the conversation. One small handler an event; unknown events change nothing. */
export function applyEvent(conversation: Conversation, event: AgentEvent): void {
  const handler = handlers[event.type] as ((event: AgentEvent, conversation: Conversation) => void) | undefined
  if (!handler) return
  handler(event, conversation)
  conversation.changed()
}

function resultOf(event: Extract<AgentEvent, { type: 'TOOL_CALL_RESULT' }>): Partial<ToolCallPart> {
  const resultText = contentText(event.content)
  const error = (event.metadata?.sampan as { error?: string } | undefined)?.error
  const done: Partial<ToolCallPart> = { interrupt: undefined, resultText }
  if (error) return { ...done, state: error === 'agent/tool-denied' ? 'denied' : 'failed', error: resultText }
  const parsed = parseJson(resultText)
  return { ...done, state: 'done', result: parsed === undefined ? resultText : parsed }
}
