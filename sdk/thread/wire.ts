import type { MessagePart, ThreadMessage, ToolCallPart } from './messages.js'
import type { AssistantMessage, ContentPart, Message } from '../protocol/messages.js'

/**
 * A conversation as the protocol's messages, for a run's input.
 * @param known what was translated before: settled messages never change, so each is translated once.
 */
export function toWire(messages: readonly ThreadMessage[], known = new WeakMap<ThreadMessage, readonly Message[]>()): Message[] {
  const wire: Message[] = []
  for (const message of messages) {
    let translated = known.get(message)
    if (!translated) known.set(message, (translated = translate(message)))
    for (const each of translated) wire.push(each)
  }
  return wire
}

function translate({ id, role, parts }: ThreadMessage): Message[] {
  return role === 'user' ? [{ id, role, content: userContent(parts) }] : answerMessages(parts)
}

function userContent(parts: readonly MessagePart[]): string | ContentPart[] {
  const content: ContentPart[] = []
  for (const part of parts) {
    if (part.type === 'text') content.push({ type: 'text', text: part.text })
    else if (part.type === 'media') content.push(part.content)
  }
  const first = content[0]
  return content.length === 1 && first!.type === 'text' ? first!.text : content
}

/** One answer may be several messages of the protocol: a new one begins where the id changes. */
function answerMessages(parts: readonly MessagePart[]): Message[] {
  const wire: Message[] = []
  let answer: AssistantMessage | undefined
  let results: Message[] = []
  const close = (): void => {
    if (answer) wire.push(answer, ...results)
    answer = undefined
    results = []
  }
  const open = (id: string): AssistantMessage => {
    if (answer && answer.id !== id) close()
    return (answer ??= { id, role: 'assistant' })
  }
  for (const part of parts) {
    if (part.type === 'reasoning') {
      close()
      wire.push({ id: part.id, role: 'reasoning', content: part.text })
    } else if (part.type === 'text') {
      const message = open(part.id)
      message.content = (message.content ?? '') + part.text
    } else if (part.type === 'tool-call') {
      const message = open(part.parentMessageId ?? answer?.id ?? part.toolCallId)
      message.toolCalls = (message.toolCalls ?? []).concat(toToolCall(part))
      if (part.resultText !== undefined) results.push(toResult(part, part.resultText))
    }
  }
  close()
  return wire
}

function toToolCall(part: ToolCallPart) {
  return { id: part.toolCallId, type: 'function' as const, function: { name: part.toolName, arguments: part.argsText || '{}' } }
}

function toResult(part: ToolCallPart, content: string): Message {
  return { id: 'result-' + part.toolCallId, role: 'tool', toolCallId: part.toolCallId, content, error: part.error && content }
}
