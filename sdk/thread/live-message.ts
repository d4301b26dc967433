import { grow, readText, textPart, type GrowingText } from './growing-text.js'
import type { MessagePart, MessageStatus, SubagentPart, TextPart, ThreadError, ThreadMessage, ToolCallPart } from './messages.js'
import type { SubagentStartedEvent } from '../protocol/events.js'
import { parseJson } from '../protocol/json.js'
import type { JsonReader } from '../protocol/partial-json.js'

/** A tool call on its way, or a run inside that stands by itself. */
export interface LiveTool {
  part: ToolCallPart
  /** Arguments as they come. They are read when somebody looks, several pieces at once, and never from their start again. */
  news: string[]
  /** Reads them before they are complete, where the app wants that. */
  readonly reader?: JsonReader
  /** What the run says that this call is. */
  child?: LiveMessage
}

/**
 * The message a run is writing: mutable and apart from the settled ones. A snapshot shares every part that has not
 * changed since the last one.
 */
export interface LiveMessage {
  readonly id: string
  readonly createdAt: number
  status: MessageStatus
  error?: ThreadError
  agentName?: string
  readonly parts: (GrowingText | LiveTool | MessagePart)[]
  /** Of this message and of all inside it: no two of a run have the same id. */
  readonly tools: Map<string, LiveTool>
  /** What the runs inside this one say, by their ids. */
  readonly children: Map<string, LiveMessage>
  /** The last part, while it is a text. */
  text?: GrowingText
  /** How many parts there were before the step that goes on. */
  settled: number
  last?: ThreadMessage
}

/**
 * @param before an earlier message of the same answer that a resumed run goes on with.
 * @param outer the message that this one stands in, where it is that of a run inside another.
 */
export function createLive(id: string, createdAt: number, before?: ThreadMessage, outer?: LiveMessage): LiveMessage {
  const { tools, children } = outer || { tools: new Map(), children: new Map() }
  const live: LiveMessage = { id, createdAt, status: 'streaming', parts: [], tools, children, settled: 0 }
  if (before) {
    live.agentName = before.agentName
    before.parts.forEach(part => (part.type === 'tool-call' || part.type === 'subagent' ? addTool(live, part) : live.parts.push(part)))
  }
  return live
}

/** Text that goes on after a tool call stands below it, although it is the same message of the protocol. */
export function appendText(live: LiveMessage, type: 'text' | 'reasoning', id: string, delta: string): void {
  let { text } = live
  if (!text || text.id !== id || text.type !== type) live.parts.push((text = live.text = { type, id, segments: [], deltas: [] }))
  grow(text, delta)
}

export function addTool(live: LiveMessage, part: ToolCallPart | SubagentPart, reader?: JsonReader): LiveTool {
  const { id, child } = part
  const tool: LiveTool = { part: part as ToolCallPart, news: [], reader }
  if (child) addChild(live, tool, child.id, child).status = child.status
  live.tools.set(id, tool)
  live.parts.push(tool)
  live.text = undefined
  return tool
}

/** The message an event is about: this one, or that of a run inside, which stands in the call that began it, or by itself. */
export function liveOf(live: LiveMessage, { subagentRunId: id, parentSubagentRunId, parentToolCallId }: SubagentStartedEvent): LiveMessage {
  const { children, tools } = live
  const known = children.get(id)
  if (known) return known
  const tool = tools.get(parentToolCallId!)
  return addChild(live, tool && !tool.child ? tool : addTool(children.get(parentSubagentRunId!) || live, { type: 'subagent', id }), id)
}

/** The step that goes on begins anew: what it has said is gone. */
export function dropStep(live: LiveMessage): void {
  live.parts.length = live.settled
  live.text = undefined
}

/** Puts something else in the place of a text. It may stand in several parts: the first has it, the others are empty. */
export function retract(live: LiveMessage, id: string, text: string, reason: string): void {
  const { parts } = live
  let rest = text
  parts.forEach((part, index) => {
    const { type, id: partId } = part as TextPart
    if (type !== 'text' || partId !== id) return
    parts[index] = textPart('text', id, rest, reason)
    rest = ''
  })
  live.text = undefined
}

function addChild(live: LiveMessage, tool: LiveTool, id: string, before?: ThreadMessage): LiveMessage {
  const child = (tool.child = createLive(id, live.createdAt, before, live))
  live.children.set(id, child)
  return child
}

/** The message as it is now: the same object until something changes. */
export function snapshot(live: LiveMessage): ThreadMessage {
  const { id, status, createdAt, error, agentName, last } = live
  let isSame = last && last.status === status && last.agentName === agentName && last.parts.length === live.parts.length
  const parts = live.parts.map((part, index) => {
    const now = 'deltas' in part ? readText(part) : 'news' in part ? readTool(part) : part
    if (isSame && now !== last!.parts[index]) isSame = false
    return now
  })
  return isSame ? last! : (live.last = { id, role: 'assistant', parts, status, createdAt, error, agentName })
}

/** The arguments are complete: what was a guess becomes what they are. */
export function endArgs(tool: LiveTool): void {
  const { args, argsText } = readTool(tool)
  setTool(tool, { state: 'executing', args: (parseJson(argsText || '{}') as ToolCallPart['args']) ?? args })
}

export function setTool(tool: LiveTool | undefined, change: Partial<ToolCallPart>): void {
  if (tool) tool.part = { ...tool.part, ...change }
}

/** A call as it is now. */
export function readTool(tool: LiveTool): ToolCallPart {
  if (tool.news.length) {
    const { reader, part } = tool
    const news = tool.news.join('')
    tool.news = []
    reader?.push(news)
    setTool(tool, { args: ((reader && reader.value) || part.args) as ToolCallPart['args'], argsText: part.argsText + news })
  }
  const child = tool.child && snapshot(tool.child)
  if (child !== tool.part.child) setTool(tool, { child })
  return tool.part
}
