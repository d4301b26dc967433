import type { AgentEvent } from '../protocol/events.js'
import { contentText, type AssistantMessage, type Message, type ToolCall } from '../protocol/messages.js'
import { createTextBuffer, type TextBuffer } from '../protocol/text-buffer.js'

/** The messages of a conversation, as the events of a run tell them. */
export interface CollectedMessages {
  /** Takes in one event. What belongs to a run inside is left out. */
  add(event: AgentEvent): void
  /** All of them so far. */
  all(): Message[]
  /** What the agent said last in this run; `''` where it said nothing. */
  lastText(): string
}

type Handlers = { readonly [Type in AgentEvent['type']]?: (event: Extract<AgentEvent, { type: Type }>) => void }

/** A message or a call that is being written, with its text so far. */
interface Growing<T> { readonly it: T; readonly text: TextBuffer }

/**
 * Follows a run by its events, for those who have to know the conversation of a run that is not their own. An event costs
 * the same in a long conversation as in a short one.
 *
 * @param before the conversation as the run was given it. It is not changed.
 */
export function collectMessages(before: readonly Message[]): CollectedMessages {
  let messages = before.slice()
  const texts = new Map<string, Growing<Message>>()
  const calls = new Map<string, Growing<ToolCall>>()
  let last: string | undefined
  /** The message of this id, ours to write: a copy, where it was there before. */
  const growing = (id: string, role: 'assistant' | 'reasoning'): Growing<Message> => {
    let known = texts.get(id)
    if (!known) {
      const index = messages.findIndex(message => message.id === id)
      const it = (index < 0 ? { id, role } : { ...messages[index] }) as Message
      messages.splice(index < 0 ? messages.length : index, 1, it)
      texts.set(id, (known = { it, text: createTextBuffer() }))
      known.text.append(contentText(it.content as string | undefined))
    }
    return known
  }
  const write = (): void => {
    texts.forEach(({ it, text }) => void (it.content = text.text() || (it.role === 'assistant' ? undefined : '')))
    calls.forEach(({ it, text }) => void (it.function.arguments = text.text()))
  }
  const handlers: Handlers = {
    TEXT_MESSAGE_START({ messageId }) {
      growing((last = messageId), 'assistant')
    },
    TEXT_MESSAGE_CONTENT: ({ messageId, delta }) => growing(messageId, 'assistant').text.append(delta),
    REASONING_MESSAGE_CONTENT: ({ messageId, delta }) => growing(messageId, 'reasoning').text.append(delta),
    TOOL_CALL_START({ toolCallId: id, toolCallName: name, parentMessageId }) {
      const it: ToolCall = { id, type: 'function', function: { name, arguments: '' } }
      const message = growing(parentMessageId ?? id, 'assistant').it as AssistantMessage
      message.toolCalls = (message.toolCalls || []).concat(it)
      calls.set(id, { it, text: createTextBuffer() })
    },
    TOOL_CALL_ARGS({ toolCallId, delta }) {
      const call = calls.get(toolCallId)
      if (call) call.text.append(delta)
    },
    TOOL_CALL_RESULT({ messageId: id, toolCallId, content, metadata }) {
      const { error } = Object(Object(metadata).sampan) as { error?: unknown }
      messages.push({ id, role: 'tool', toolCallId, content, error: error ? contentText(content) : undefined })
    },
    MESSAGES_SNAPSHOT(event) {
      messages = event.messages.slice()
      texts.clear()
      calls.clear()
    },
  }
  return {
    add(event) {
      const handle = handlers[event.type] as ((event: AgentEvent) => void) | undefined
      if (handle && (event as { subagentRunId?: string }).subagentRunId === undefined) handle(event)
    },
    all() {
      write()
      return messages.map(message => ({ ...message }))
    },
    lastText() {
      write()
      return contentText((Object(messages.find(({ id }) => id === last)) as { content?: string }).content)
    },
  }
}
