import type { AgentEvent } from '../../protocol/events.js'
import { contentText, type Message, type ToolCall } from '../../protocol/messages.js'

/** The messages of a run as far as they have been said, so that all of them can be said anew when one is taken back. */
export interface RunRecord {
  apply(event: AgentEvent): void
  /** All messages, those the run was given first. */
  messages(): Message[]
  /** The messages of the assistant's that this run has said. */
  said(): readonly string[]
  textOf(messageId: string): string
  /** What stands in a message now. */
  setText(messageId: string, text: string): void
}

interface Said { readonly message: Message; readonly calls: Called[]; pieces: string[] }
interface Called { readonly id: string; readonly name: string; readonly pieces: string[] }

/** @param before the messages the run was given. */
export function createRunRecord(before: readonly Message[]): RunRecord {
  let base = before
  const given = new Set(before.map(({ id }) => id))
  let entries: Said[] = []
  const byId = new Map<string, Said>()
  const calls = new Map<string, Called>()
  // A message stays its owner's: a client checks it against the events that are still to come of it.
  function add(message: Message, { subagentRunId }: { subagentRunId?: string }): Said {
    const entry = { message: (subagentRunId === undefined ? message : { ...message, subagentRunId }) as Message, pieces: [], calls: [] }
    entries.push(entry)
    byId.set(message.id, entry)
    return entry
  }
  function startCall(event: Extract<AgentEvent, { type: 'TOOL_CALL_START' }>): void {
    const { toolCallId: id, toolCallName: name, parentMessageId = id } = event
    const call: Called = { id, name, pieces: [] }
    const message = byId.get(parentMessageId) ?? add({ id: parentMessageId, role: 'assistant' }, event)
    message.calls.push(call)
    calls.set(id, call)
  }
  return {
    apply(event) {
      switch (event.type) {
        case 'TEXT_MESSAGE_START':
          return void (byId.get(event.messageId) ?? add({ id: event.messageId, role: event.role ?? 'assistant', name: event.name, metadata: event.metadata } as Message, event))
        case 'REASONING_MESSAGE_START':
          return void add({ id: event.messageId, role: 'reasoning', content: '' }, event)
        case 'TEXT_MESSAGE_CONTENT':
        case 'REASONING_MESSAGE_CONTENT':
          return void byId.get(event.messageId)?.pieces.push(event.delta)
        case 'TOOL_CALL_START':
          return startCall(event)
        case 'TOOL_CALL_ARGS':
          return void calls.get(event.toolCallId)?.pieces.push(event.delta)
        case 'TOOL_CALL_RESULT':
          return void add({ id: event.messageId, role: 'tool', toolCallId: event.toolCallId, content: event.content }, event)
        case 'MESSAGES_SNAPSHOT':
          base = event.messages
          entries = []
          byId.clear()
      }
    },
    messages: () => base.concat(entries.map(toMessage)),
    said: () => base.concat(entries.map(toMessage)).filter(({ id, role }) => /^(assistant|reasoning)$/.test(role) && !given.has(id)).map(({ id }) => id),
    textOf: messageId => byId.get(messageId)?.pieces.join('') ?? contentText(base.find(({ id }) => id === messageId)?.content as string | undefined),
    setText(messageId, text) {
      const entry = byId.get(messageId)
      if (entry) entry.pieces = [text]
      else base = base.map(message => (message.id === messageId ? (Object.assign({}, message, { content: text })) : message))
    },
  }
}

function toMessage({ message, pieces, calls }: Said): Message {
  const toolCalls = calls.map<ToolCall>(({ id, name, pieces: args }) => ({ id, type: 'function', function: { name, arguments: args.join('') } }))
  return { ...message, ...(pieces.length && { content: pieces.join('') }), ...(calls.length && { toolCalls }) } as Message
}
