import { estimateTokens } from '../../protocol/estimate-tokens.js'
import { instructionsEnd } from '../../protocol/instructions-end.js'
import { contentText, type AssistantMessage, type Message } from '../../protocol/messages.js'

/** What a message costs besides its text, in tokens. */
const FRAME = 4

/** About how many tokens messages are. Pictures and files are not counted. */
export function tokensOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + FRAME + Math.ceil(estimateTokens(textOf(message))), 0)
}

/** All that a model reads of a message. */
export function textOf(message: Message): string {
  if (message.role === 'activity') return ''
  const calls = ((message as AssistantMessage).toolCalls ?? []).map(({ function: { name, arguments: args } }) => name + ' ' + args)
  return [contentText(message.content)].concat(calls).join('\n')
}

/** A history in parts that are kept or left out as wholes: a turn is what a user said and all that came of it. */
export interface Turns {
  /** What the app put in front. It always stays. */
  readonly head: readonly Message[]
  /** In order. What stands before the user's first word is a turn too. */
  readonly turns: readonly (readonly Message[])[]
}

/** Cuts a history at the user's messages, so a tool call and its result are never apart. */
export function turnsOf(messages: readonly Message[]): Turns {
  const start = instructionsEnd(messages)
  const turns: Message[][] = []
  for (const message of messages.slice(start)) {
    const last = turns[turns.length - 1]
    // Several words of the user's one after the other are one turn: the answer is to all of them.
    const isFirst = message.role === 'user' && last?.[last.length - 1]?.role !== 'user'
    if (!last || isFirst) turns.push([message])
    else last.push(message)
  }
  return { head: messages.slice(0, start), turns }
}
