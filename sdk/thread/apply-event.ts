import type { Conversation } from './conversation.js'
import type { LiveMessage } from './live-message.js'
import type { ToolCallPart } from './messages.js'
import type { SampanCustomEvents } from '../protocol/custom-events.js'
import type { AgentEvent, SubagentStartedEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { contentText } from '../protocol/messages.js'

type Types = AgentEvent['type']
type Names = keyof SampanCustomEvents
type Handler<Event> = (event: Event, live: LiveMessage, conversation: Conversation) => void
type Handlers = { [Type in Types]?: Handler<Extract<AgentEvent, { type: Type }>> } & { [Name in Names]?: Handler<{ value: SampanCustomEvents[Name] }> }

const handlers: Handlers = {
  TEXT_MESSAGE_CONTENT({ messageId, delta }, live) {
    live.append('text', messageId, delta)
  },
  REASONING_MESSAGE_CONTENT({ messageId, delta }, live) {
    live.append('reasoning', messageId, delta)
  },
  TOOL_CALL_START({ toolCallId, toolCallName, parentMessageId }, live) {
    live.addTool({ type: 'tool-call', id: toolCallId, toolCallId, toolName: toolCallName, state: 'streaming', args: {}, argsText: '', parentMessageId })
  },
  TOOL_CALL_ARGS({ toolCallId, delta }, live) {
    live.tool(toolCallId)?.addArgs(delta)
  },
  TOOL_CALL_END({ toolCallId }, live) {
    live.tool(toolCallId)?.endArgs()
  },
  TOOL_CALL_RESULT(event, live) {
    live.tool(event.toolCallId)?.set(resultOf(event))
  },
  STATE_SNAPSHOT({ snapshot }, _, conversation) {
    conversation.agentState = snapshot
  },
  STEP_STARTED(_, live) {
    live.beginStep()
  },
  SUBAGENT_STARTED({ name }, live) {
    live.agentName = name
    live.status = 'streaming'
  },
  SUBAGENT_FINISHED({ outcome }, live) {
    live.status = outcome?.type === 'suspended' ? 'waiting' : 'complete'
  },
  SUBAGENT_ERROR(_, live) {
    live.status = 'failed'
  },
  RUN_FINISHED({ outcome }, live) {
    if (outcome?.type !== 'interrupt') return
    for (const interrupt of outcome.interrupts) {
      if (interrupt.toolCallId) live.tool(interrupt.toolCallId)?.set({ state: 'asking', interrupt })
    }
  },
  'sampan:tool-progressed'({ value: { toolCallId, progress } }, live) {
    live.tool(toolCallId)?.set({ progress })
  },
  'sampan:step-reset'(_, live) {
    live.dropStep()
  },
  'sampan:text-retracted'({ value: { messageId, text, reason } }, live) {
    live.retract(messageId, text, reason)
  },
  'sampan:agent-changed'({ value }, live) {
    live.agentName = value.name
  },
}

/**
 * Writes one event of a run into the conversation; one of a run inside it, into the message of that run. One small
 * handler an event; unknown events change nothing.
 */
export function applyEvent(conversation: Conversation, event: AgentEvent): void {
  const { type, name } = event as { type: Types; name?: string }
  const { live } = conversation
  // Names of others may be those of anything that every object has.
  const handler = handlers[(type === 'CUSTOM' && /^sampan:/.test(name!) ? name : type) as Types] as Handler<AgentEvent> | undefined
  if (!handler || !live) return
  handler(event, live.of(event as Partial<SubagentStartedEvent>), conversation)
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
