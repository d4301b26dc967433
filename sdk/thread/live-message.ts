import { GrowingText } from './growing-text.js'
import type { MessagePart, MessageStatus, ThreadError, ThreadMessage, ToolCallPart } from './messages.js'
import { parseJson } from '../protocol/json.js'
import { createJsonReader, type JsonReader } from '../protocol/partial-json.js'

/**
 * The message a run is writing: mutable and apart from the settled ones. A snapshot shares every part that has not
 * changed since the last one.
 */
export class LiveMessage {
  status: MessageStatus = 'streaming'
  error: ThreadError | undefined
  private readonly parts: (GrowingText | LiveTool | MessagePart)[] = []
  private readonly tools = new Map<string, LiveTool>()
  /** The last part, while it is a text. */
  private text: GrowingText | undefined

  /** @param before an earlier message of the same answer that a resumed run goes on with. */
  constructor(readonly id: string, readonly createdAt: number, before?: ThreadMessage) {
    before?.parts.forEach(part => (part.type === 'tool-call' ? this.addTool(part) : this.parts.push(part)))
  }

  get partCount(): number {
    return this.parts.length
  }

  /** Text that goes on after a tool call stands below it, although it is the same message of the protocol. */
  append(type: 'text' | 'reasoning', id: string, delta: string): void {
    let { text } = this
    if (!text || text.id !== id || text.type !== type) this.parts.push((text = this.text = new GrowingText(type, id)))
    text.append(delta)
  }

  addTool(part: ToolCallPart): void {
    const tool = new LiveTool(part)
    this.tools.set(part.toolCallId, tool)
    this.parts.push(tool)
    this.text = undefined
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
}

/** A tool call on its way. */
export class LiveTool {
  /** Arguments as they come. They are read when somebody looks, several pieces at once, and never from their start again. */
  private news: string[] = []
  private reader: JsonReader | undefined

  constructor(private part: ToolCallPart) {}

  addArgs(delta: string): void {
    this.news.push(delta)
  }

  /** The arguments are complete: what was a guess becomes what they are. */
  endArgs(): void {
    const { args, argsText } = this.current()
    this.set({ state: 'executing', args: (parseJson(argsText || '{}') as ToolCallPart['args']) ?? args })
  }

  set(change: Partial<ToolCallPart>): void {
    this.part = { ...this.part, ...change }
  }

  current(): ToolCallPart {
    if (this.news.length) {
      const news = this.news.join('')
      this.news = []
      this.reader ??= createJsonReader()
      this.reader.push(news)
      this.set({ args: (this.reader.value ?? {}) as ToolCallPart['args'], argsText: this.part.argsText + news })
    }
    return this.part
  }
}
