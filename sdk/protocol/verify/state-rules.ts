import type { Message } from '../messages.js'
import { claim, ownerBreach, type Rules, type RunState } from './rule.js'

/** Messages and activities that are told whole. State belongs to the run, so a tag on it says where it comes from and no more. */
export const stateRules: Rules = {
  MESSAGES_SNAPSHOT: (event, state) => noteOwners(event.messages, state, true),
  // Only a snapshot that replaces makes the activity anew, and so gives it a new owner.
  ACTIVITY_SNAPSHOT: ({ messageId, subagentRunId, replace }, { owners }) => {
    if (replace === false) claim(owners.activity, messageId, subagentRunId ?? null)
    else owners.activity.set(messageId, subagentRunId ?? null)
    return undefined
  },
  ACTIVITY_DELTA: (event, { owners }) => ownerBreach(event, owners.activity.get(event.messageId), `activity "${event.messageId}"`),
}

/**
 * Takes note of whom told messages belong to.
 *
 * @param isFinal the messages replace what was known (a snapshot), instead of filling gaps (the history of a run).
 */
export function noteOwners(messages: readonly Message[], { owners }: RunState, isFinal: boolean): undefined {
  for (const message of messages) {
    const owner = message.subagentRunId ?? null
    const kind = message.role === 'reasoning' || message.role === 'activity' ? message.role : 'message'
    if (isFinal) owners[kind].set(message.id, owner)
    else claim(owners[kind], message.id, owner)
    if (message.role !== 'assistant') continue
    for (const { id } of message.toolCalls ?? []) {
      if (isFinal) owners.toolCall.set(id, owner)
      else claim(owners.toolCall, id, owner)
    }
  }
  return undefined
}
