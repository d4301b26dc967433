import type { Message } from './messages.js'

/** How many messages at the head are the app's own instructions: what is shown to a model besides stands behind them. */
export function instructionsEnd(messages: readonly Message[]): number {
  let end = 0
  while (end < messages.length && /^(system|developer)$/.test(messages[end]!.role)) end++
  return end
}
