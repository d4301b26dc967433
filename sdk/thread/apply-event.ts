import { changed, type Conversation } from './conversation.js'
import { addTool, appendText, dropStep, endArgs, liveOf, retract, setTool, type LiveMessage } from './live-message.js'
import type { ToolCallPart } from './messages.js'
import type { ErrorCode } from '../errors.js'
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
    appendText(live, 'text', messageId, delta)
  },
  REASONING_MESSAGE_CONTENT({ messageId, delta }, live) {
    appendText(live, 'reasoning', messageId, delta)
  },
  TOOL_CALL_START({ toolCallId, toolCallName, parentMessageId }, live, { growingArgs }) {
    const part: ToolCallPart = { type: 'tool-call', id: toolCallId, toolCallId, toolName: toolCallName, state: 'streaming', args: {}, argsText: '', parentMessageId }
    addTool(live, part, growingArgs?.())
  },
  TOOL_CALL_ARGS({ toolCallId, delta }, { tools }) {
    tools.get(toolCallId)?.news.push(delta)
  },
  TOOL_CALL_END({ toolCallId }, { tools }) {
    const tool = tools.get(toolCallId)
    if (tool) endArgs(tool)
  },
  TOOL_CALL_RESULT(event, { tools }, { textOf }) {
    setTool(tools.get(event.toolCallId), resultOf(event, textOf))
  },
  STATE_SNAPSHOT({ snapshot }, _, conversation) {
    conversation.agentState = snapshot
  },
  STEP_STARTED(_, live) {
    live.settled = live.parts.length
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
  RUN_FINISHED({ outcome }, { tools }) {
    if (outcome?.type === 'interrupt') outcome.interrupts.forEach(interrupt => setTool(tools.get(interrupt.toolCallId!), { state: 'asking', interrupt }))
  },
  'sampan:tool-progressed'({ value: { toolCallId, progress } }, { tools }) {
    setTool(tools.get(toolCallId), { progress })
  },
  'sampan:step-reset'(_, live) {
    dropStep(live)
  },
  'sampan:text-retracted'({ value: { messageId, text, reason } }, live) {
    retract(live, messageId, text, reason)
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
  const { type, name, subagentRunId } = event as { type: Types; name?: string; subagentRunId?: string }
  const { live } = conversation
  // Names of others may be those of anything that every object has.
  const handler = handlers[(type === 'CUSTOM' && /^sampan:/.test(name!) ? name : type) as Types] as Handler<AgentEvent> | undefined
  if (!handler || !live) return
  handler(event, subagentRunId === undefined ? live : liveOf(live, event as SubagentStartedEvent), conversation)
  changed(conversation)
}

function resultOf(event: Extract<AgentEvent, { type: 'TOOL_CALL_RESULT' }>, textOf: Conversation['textOf']): Partial<ToolCallPart> {
  const resultText = contentText(event.content)
  const error = (event.metadata?.sampan as { error?: ErrorCode } | undefined)?.error
  const done: Partial<ToolCallPart> = { interrupt: undefined, resultText }
  if (error) return { ...done, state: error === 'agent/tool-denied' ? 'denied' : 'failed', error: textOf(error) }
  const parsed = parseJson(resultText)
  return { ...done, state: 'done', result: parsed === undefined ? resultText : parsed }
}
