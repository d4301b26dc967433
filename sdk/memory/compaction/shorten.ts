import { tokensOf, turnsOf } from './turns.js'
import type { Message } from '../../protocol/messages.js'

/** What stands in place of a tool result that was left out. */
const LEFT_OUT = '[left out]'
/** The id of the message that stands for the turns that are not there any more. */
export const SUMMARY_ID = 'sampan-summary'

type Turn = readonly Message[]

/** A history for a model, and what is not in it. */
export interface Shortened {
  readonly head: readonly Message[]
  /** The turns that the summary stands for. */
  readonly covered: readonly Turn[]
  readonly notes?: string
  readonly turns: readonly Turn[]
  /** Tool results that were emptied, as they were. */
  readonly emptied: ReadonlyMap<string, Message>
}

/** A history of which nothing is left out. */
export function wholeHistory(messages: readonly Message[]): Shortened {
  return { ...turnsOf(messages), covered: [], emptied: new Map() }
}

/** What a model is given of it. */
export function messagesOf({ head, covered, notes, turns }: Shortened): Message[] {
  const content = notes ? 'What was said before, in short:\n' + notes : 'Earlier messages of this conversation were left out.'
  return flat([head, ...(covered.length ? [[{ id: SUMMARY_ID, role: 'system' as const, content }]] : []), ...turns])
}

/** About how many tokens that is. */
export function sizeOf(history: Shortened): number {
  return tokensOf(messagesOf(history))
}

/** Puts notes in place of the turns up to the one that ends with a message; `undefined` where there is no such turn. */
export function coverUpTo(history: Shortened, lastId: string, notes: string): Shortened | undefined {
  const count = history.turns.findIndex(turn => lastIdOf(turn) === lastId) + 1
  return count ? { ...cover(history, count), notes } : undefined
}

/** Takes so many of the oldest turns out. */
export function cover(history: Shortened, count: number): Shortened {
  return { ...history, covered: history.covered.concat(history.turns.slice(0, count)), turns: history.turns.slice(count) }
}

/** How many of the oldest turns go, if the newest that fit are kept, and the newest in any case. */
export function countToCover({ turns }: Shortened, keepTokens: number): number {
  let first = Math.max(0, turns.length - 1)
  let tokens = tokensOf(turns[first] ?? [])
  while (first > 0 && (tokens += tokensOf(turns[first - 1]!)) <= keepTokens) first--
  return first
}

/** The last message of the last turn that is covered. */
export function lastCovered({ covered }: Shortened): string {
  return lastIdOf(covered[covered.length - 1]!)
}

/** Makes a history fit without a model: empties the oldest tool results, then leaves out the oldest turns; never the last. */
export function prune(history: Shortened, maxTokens: number): Shortened {
  const emptied = new Map(history.emptied)
  let over = sizeOf(history) - maxTokens
  const last = history.turns.length - 1
  const turns = history.turns.map((turn, index) =>
    turn.map(message => {
      if (over <= 0 || index === last || message.role !== 'tool') return message
      const short: Message = { ...message, content: LEFT_OUT }
      const saved = tokensOf([message]) - tokensOf([short])
      if (saved <= 0) return message
      over -= saved
      emptied.set(message.id, message)
      return short
    }),
  )
  const shorter = { ...history, turns, emptied }
  if (over <= 0) return shorter
  // The note that something is missing counts too.
  const others = sizeOf(cover(shorter, turns.length))
  return cover(shorter, countToCover(shorter, maxTokens - others))
}

/** Messages that a run gives back, with all that had been left out of them. */
export function restore(messages: readonly Message[], { covered, emptied }: Shortened): Message[] {
  const whole = (message: Message): Message => emptied.get(message.id) ?? message
  return flat(messages.map(message => (message.id === SUMMARY_ID ? flat(covered) : [message]))).map(whole)
}

function lastIdOf(turn: Turn): string {
  return turn[turn.length - 1]!.id
}

function flat(turns: readonly Turn[]): Message[] {
  return ([] as Message[]).concat(...turns)
}
