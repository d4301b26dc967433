import type { Conversation, StoredCheckpoint } from './conversation.js'
import { textPart } from './growing-text.js'
import type { MessagePart, TextPart, ThreadMessage, ToolCallPart } from './messages.js'
import type { PageSource } from './page-store.js'
import type { Checkpoint, LedgerEntry } from '../contracts.js'
import { parseJson } from '../protocol/json.js'
import type { Interrupt } from '../protocol/messages.js'

/** The version of what is stored. A change of its shape is a new number here, and code that reads the old one. */
export const RECORD_VERSION = 1

/** What is stored of a thread beside its messages. */
export interface ThreadRest {
  /** Questions that are open, or answered by a run that has not come to their tool's result. */
  readonly interrupts: readonly Interrupt[]
  readonly ledger: readonly LedgerEntry[]
  readonly agentState?: unknown
  readonly checkpoint?: StoredCheckpoint
  /** What stands in the place of turns that were dropped. */
  readonly summary?: string
  /** How far a copy elsewhere has come; only whoever keeps the copy reads it. */
  readonly copied?: unknown
}

/**
 * What is stored one by one: messages, and before the one that is being written the checkpoints of its run. They stay where
 * they are while it grows, so that a step costs what is new of it.
 */
export type ThreadItem = ThreadMessage | Checkpoint

/** How messages are stored: text stands there once, joined. */
export const messageRecords: Pick<PageSource<ThreadItem, ThreadRest>, 'version' | 'pack' | 'unpack'> = {
  version: RECORD_VERSION,
  pack: item => mapParts(item, ({ type, id, text, retracted }) => ({ type, id, text, retracted }) as TextPart),
  unpack: stored => mapParts(stored as ThreadItem, ({ type, id, text, retracted }) => textPart(type, id, text, retracted)),
}

/** A message with all its texts changed, and those of the runs inside it. */
function mapParts<Item extends ThreadItem>(item: Item, change: (part: TextPart) => MessagePart): Item {
  if (!('parts' in item)) return item
  const map = (part: MessagePart): MessagePart => {
    if (part.type === 'text' || part.type === 'reasoning') return change(part as TextPart)
    return 'child' in part && part.child ? { ...part, child: mapParts(part.child, change) } : part
  }
  return { ...item, parts: item.parts.map(map) }
}

/**
 * The last message of an app that was killed while it was being written: its run is gone. A call that waits for a
 * person still does; of any other, the ledger says how it ended.
 */
export function afterKill(message: ThreadMessage, rest: ThreadRest, textOf: Conversation['textOf']): ThreadMessage {
  if (message.status !== 'streaming') return message
  const parts = message.parts.map(part => {
    const own = part.type === 'tool-call' && part.resultText === undefined ? callAfterKill(part, rest, textOf) : part
    return 'child' in own && own.child ? { ...own, child: afterKill(own.child, rest, textOf) } : own
  })
  return { ...message, parts, status: rest.interrupts.length ? 'waiting' : 'cancelled' }
}

function callAfterKill(call: ToolCallPart, { interrupts, ledger }: ThreadRest, textOf: Conversation['textOf']): ToolCallPart {
  const interrupt = interrupts.find(({ toolCallId }) => toolCallId === call.toolCallId)
  if (interrupt) return { ...call, state: 'asking', interrupt }
  const entry = ledger.find(({ toolCallId }) => toolCallId === call.toolCallId)
  const result = entry?.result
  if (result !== undefined && !entry!.isError) return { ...call, state: 'done', resultText: result, result: parseJson(result) ?? result }
  const hasBegun = entry?.state === 'executing' || entry?.state === 'done'
  const resultText = result ?? 'Error: the app was closed ' + (hasBegun ? 'while it ran; whether it took effect is unknown.' : 'before it ran.')
  return { ...call, state: 'failed', error: textOf(result === undefined && hasBegun ? 'agent/tool-outcome-unknown' : 'agent/tool-failed'), resultText }
}
