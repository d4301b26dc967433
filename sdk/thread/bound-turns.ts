import { changed, type Conversation } from './conversation.js'
import type { ThreadMessage } from './messages.js'
import { messageRecords } from './records.js'

/** How much of a conversation is kept, on the phone and in what the agent is sent. */
export interface KeepOptions {
  /** Messages. Default 400. */
  messages?: number
  /** Bytes as they are stored, in UTF-8: at most three for a character. Default 1,000,000. */
  bytes?: number
  /**
   * Gives a text that stands in the place of the turns that are dropped, and of the text that stood there before. Where it
   * fails nothing is dropped, and it is asked again after the next run.
   */
  compact?(dropped: readonly ThreadMessage[], before: string | undefined): string | PromiseLike<string>
}

/** What is left of a bound when turns have been dropped, so that it is not reached again with the next one. */
const LEFT = 0.75

/**
 * Drops the oldest turns of a conversation that has grown over its bound: from one message of the user to another, so that
 * no tool call is parted from its result. The last turn stays, however long it is.
 */
export function boundTurns(conversation: Conversation, keep: KeepOptions = {}, save: () => void): void {
  const { settled, summary, status, isCompacting } = conversation
  // Counting bytes costs as much as there is text: not before they could be too many.
  const end = status === 'idle' && !isCompacting && endOfDropped(settled, keep, mostBytesOf) && endOfDropped(settled, keep, bytesOf)
  if (!end) return
  const drop = (text?: string): void => {
    conversation.isCompacting = false
    // Somebody may have changed an old message, or cleared all.
    if (text === undefined || conversation.settled[end - 1] !== settled[end - 1]) return
    conversation.settled = conversation.settled.slice(end)
    conversation.summary = text
    changed(conversation)
    save()
  }
  if (!keep.compact) return drop(summary ?? '')
  conversation.isCompacting = true
  new Promise<string>(resolve => resolve(keep.compact!(settled.slice(0, end), summary))).then(drop, () => drop())
}

/** The index of the first message that stays. */
function endOfDropped(settled: readonly ThreadMessage[], { messages = 400, bytes = 1_000_000 }: KeepOptions, sizeOf: (message: ThreadMessage) => number): number {
  let end = 0
  let size = 0
  for (let index = settled.length - 1; index >= 0; index--) {
    const count = settled.length - index
    size += sizeOf(settled[index]!)
    if (settled[index]!.role === 'user' && (!end || (count <= messages * LEFT && size <= bytes * LEFT))) end = index
    if (end && (count > messages || size > bytes)) return end
  }
  return 0
}

/** A settled message never changes: each is measured once. */
function once(measure: (message: ThreadMessage) => number): (message: ThreadMessage) => number {
  const sizes = new WeakMap<ThreadMessage, number>()
  return message => {
    let size = sizes.get(message)
    if (size === undefined) sizes.set(message, (size = measure(message)))
    return size
  }
}

const jsonOf = (message: ThreadMessage): string => JSON.stringify(messageRecords.pack(message))

/** No message is larger than this. Of mere text it is told without writing it down: six bytes are the longest escape. */
const mostBytesOf = /* @__PURE__ */ once(message => {
  const { parts, error } = message
  let most = 500
  for (const part of parts) {
    if (error || !('text' in part)) return jsonOf(message).length * 3
    most += 200 + part.text.length * 6
  }
  return most
})
/** Outside ASCII three bytes are counted for each unit, which few need not. */
const bytesOf = /* @__PURE__ */ once(message => jsonOf(message).replace(/[^\0-\x7f]/g, '...').length)
