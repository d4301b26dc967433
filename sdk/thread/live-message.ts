import { GrowingText } from './growing-text.js'
import type { MessagePart, MessageStatus, ThreadError, ThreadMessage, ToolCallPart, ToolCallState } from './messages.js'
import { parseJson } from '../protocol/json.js'
import type { Interrupt } from '../protocol/messages.js'
import { createJsonReader, type JsonReader } from '../protocol/partial-json.js'
import { createTextBuffer, type TextBuffer } from '../protocol/text-buffer.js'

type LivePart = { current(): MessagePart }

/**
 * The message a run is writing: mutable and apart from the settled ones. A snapshot shares every part that has not
 * changed since the last one.
 */
export class LiveMessage {
  status: MessageStatus = 'streaming'
  error: ThreadError | undefined
  private readonly parts: (LivePart | MessagePart)[]
  private readonly texts = new Map<string, LiveText>()
  private readonly tools = new Map<string, LiveTool>()
  private lastText: LiveText | undefined

  /** @param before an earlier message of the same answer that a resumed run goes on with. */
  constructor(readonly id: string, readonly createdAt: number, before?: ThreadMessage) {
    this.parts = before ? before.parts.map(part => this.reopen(part)) : []
  }

  get hasParts(): boolean {
    return this.parts.length > 0
  }

  append(kind: 'text' | 'reasoning', id: string, delta: string): void {
    const last = this.lastText
    const text = last && last.id === id && last.kind === kind ? last : this.open(kind, id)
    text.append(delta)
  }

  open(kind: 'text' | 'reasoning', id: string): LiveText {
    const key = kind + id
    let text = this.texts.get(key)
    // Text that goes on after a tool call stands below it, although it is the same message of the protocol.
    if (!text || (kind === 'text' && this.parts[this.parts.length - 1] !== text)) {
      text = new LiveText(kind, id)
      this.texts.set(key, text)
      this.parts.push(text)
    }
    this.lastText = text
    return text
  }

  startTool(toolCallId: string, toolName: string, parentMessageId?: string): void {
    const tool = new LiveTool({ type: 'tool-call', id: toolCallId, toolCallId, toolName, state: 'streaming', args: {}, argsText: '', parentMessageId })
    this.tools.set(toolCallId, tool)
    this.parts.push(tool)
  }

  /** The tool call of this id, if this message has it. */
  tool(toolCallId: string): LiveTool | undefined {
    return this.tools.get(toolCallId)
  }

  eachTool(visit: (tool: LiveTool) => void): void {
    this.tools.forEach(visit)
  }

  snapshot(): ThreadMessage {
    const { id, status, createdAt, error } = this
    const parts = this.parts.map(part => ('current' in part ? part.current() : part))
    return { id, role: 'assistant', parts, status, createdAt, error }
  }

  private reopen(part: MessagePart): LivePart | MessagePart {
    if (part.type !== 'tool-call') return part
    const tool = new LiveTool(part)
    this.tools.set(part.toolCallId, tool)
    return tool
  }
}

class LiveText implements LivePart {
  private readonly text: GrowingText
  private part: MessagePart | undefined

  constructor(readonly kind: 'text' | 'reasoning', readonly id: string) {
    this.text = new GrowingText(kind, id)
  }
  append(delta: string): void {
    this.part = undefined
    this.text.append(delta)
  }
  current(): MessagePart {
    return (this.part ??= this.text.snapshot())
  }
}

/** A tool call on its way. */
export class LiveTool implements LivePart {
  private reader: JsonReader | undefined
  private argsText: TextBuffer | undefined

  constructor(private part: ToolCallPart) {}

  get state(): ToolCallState {
    return this.part.state
  }
  get resultText(): string | undefined {
    return this.part.resultText
  }
  get interrupt(): Interrupt | undefined {
    return this.part.interrupt
  }

  addArgs(delta: string): void {
    this.reader ??= createJsonReader()
    this.argsText ??= createTextBuffer()
    this.reader.push(delta)
    this.argsText.append(delta)
  }
  /** The arguments are complete: what was a guess becomes what they are. */
  endArgs(): void {
    const argsText = this.argsText?.text() ?? this.part.argsText
    const args = (parseJson(argsText || '{}') ?? this.reader?.value ?? {}) as ToolCallPart['args']
    this.reader = undefined
    this.argsText = undefined
    this.set({ state: 'ready', args, argsText })
  }
  set(change: Partial<ToolCallPart>): void {
    this.part = { ...this.part, ...change }
  }
  current(): MessagePart {
    if (this.reader) this.part = { ...this.part, args: (this.reader.value ?? {}) as ToolCallPart['args'], argsText: this.argsText!.text() }
    return this.part
  }
}
