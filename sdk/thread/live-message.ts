import { GrowingText, textPart } from './growing-text.js'
import type { MessagePart, MessageStatus, SubagentPart, TextPart, ThreadError, ThreadMessage, ToolCallPart } from './messages.js'
import type { SubagentStartedEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import { createJsonReader, type JsonReader } from '../protocol/partial-json.js'

/**
 * The message a run is writing: mutable and apart from the settled ones. A snapshot shares every part that has not
 * changed since the last one.
 */
export class LiveMessage {
  status: MessageStatus = 'streaming'
  error: ThreadError | undefined
  agentName: string | undefined
  private readonly parts: (GrowingText | LiveTool | MessagePart)[] = []
  /** Of this message and of all inside it: no two of a run have the same id. */
  private readonly tools: Map<string, LiveTool>
  /** What the runs inside this one say, by their ids. */
  private readonly children: Map<string, LiveMessage>
  /** The last part, while it is a text. */
  private text: GrowingText | undefined
  /** How many parts there were before the step that goes on. */
  private settled = 0
  private last: ThreadMessage | undefined

  /**
   * @param before an earlier message of the same answer that a resumed run goes on with.
   * @param outer the message that this one stands in, where it is that of a run inside another.
   */
  constructor(readonly id: string, readonly createdAt: number, before?: ThreadMessage, outer?: LiveMessage) {
    this.tools = outer ? outer.tools : new Map()
    this.children = outer ? outer.children : new Map()
    if (!before) return
    this.agentName = before.agentName
    before.parts.forEach(part => (part.type === 'tool-call' || part.type === 'subagent' ? this.addTool(part) : this.parts.push(part)))
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

  addTool(part: ToolCallPart | SubagentPart): LiveTool {
    const { id, child } = part
    const tool = new LiveTool(part as ToolCallPart)
    if (child) this.addChild(tool, child.id, child).status = child.status
    this.tools.set(id, tool)
    this.parts.push(tool)
    this.text = undefined
    return tool
  }

  /** The message an event is about: this one, or that of a run inside, which stands in the call that began it, or by itself. */
  of({ subagentRunId: id, parentSubagentRunId, parentToolCallId }: Partial<SubagentStartedEvent>): LiveMessage {
    if (id === undefined) return this
    const { children, tools } = this
    const known = children.get(id)
    if (known) return known
    const tool = tools.get(parentToolCallId!)
    return this.addChild(tool && !tool.child ? tool : (children.get(parentSubagentRunId!) ?? this).addTool({ type: 'subagent', id }), id)
  }

  beginStep(): void {
    this.settled = this.parts.length
  }

  /** The step that goes on begins anew: what it has said is gone. */
  dropStep(): void {
    this.parts.length = this.settled
    this.text = undefined
  }

  /** Puts something else in the place of a text. It may stand in several parts: the first has it, the others are empty. */
  retract(id: string, text: string, reason: string): void {
    const { parts } = this
    let rest = text
    parts.forEach((part, index) => {
      const { type, id: partId } = part as TextPart
      if (type !== 'text' || partId !== id) return
      parts[index] = textPart('text', id, rest, reason)
      rest = ''
    })
    this.text = undefined
  }

  private addChild(tool: LiveTool, id: string, before?: ThreadMessage): LiveMessage {
    const child = (tool.child = new LiveMessage(id, this.createdAt, before, this))
    this.children.set(id, child)
    return child
  }

  /** The tool call of this id, if this message has it. */
  tool(toolCallId: string): LiveTool | undefined {
    return this.tools.get(toolCallId)
  }

  eachTool(visit: (tool: LiveTool) => void): void {
    this.tools.forEach(visit)
  }

  /** The message as it is now: the same object until something changes. */
  snapshot(): ThreadMessage {
    const { id, status, createdAt, error, agentName, last } = this
    const parts = this.parts.map(part => ('current' in part ? part.current() : part))
    const isSame = last && last.status === status && last.agentName === agentName && last.parts.length === parts.length && parts.every((part, index) => part === last.parts[index])
    return isSame ? last : (this.last = { id, role: 'assistant', parts, status, createdAt, error, agentName })
  }
}

/** A tool call on its way. */
export class LiveTool {
  /** Arguments as they come. They are read when somebody looks, several pieces at once, and never from their start again. */
  private news: string[] = []
  private reader: JsonReader | undefined
  /** What the run says that this call is. */
  child: LiveMessage | undefined

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
    const child = this.child?.snapshot()
    if (child !== this.part.child) this.set({ child })
    return this.part
  }
}
