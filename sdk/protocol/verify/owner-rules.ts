import type { AgentEvent } from '../events.js'
import type { Message } from '../messages.js'
import type { OpenKind, Place } from './open-items.js'
import { nouns } from './order-rules.js'
import { breach, without, type Breach, type Owner, type OwnerKind, type Rules, type RunState } from './rule.js'

type Tagged = AgentEvent & { readonly subagentRunId?: string }

// A span and the messages in it are open apart from each other, and may share an id; the id has one owner for both.
// A step is named by its owner too, and a sub-agent is one.
const ownerKinds: { readonly [Kind in OpenKind]?: OwnerKind } = { TEXT_MESSAGE_END: 'message', TOOL_CALL_END: 'toolCall', REASONING_MESSAGE_END: 'reasoning', REASONING_END: 'reasoning' }

/** The first to open an id owns it to the end of the run; what goes on with it agrees. */
export function checkOwner(event: Tagged, { kind, idField, does }: Place, { owners }: RunState): Breach | undefined {
  const ownerKind = ownerKinds[kind]
  // The usual event has no tag, and an event without one always agrees.
  if (!ownerKind || (does !== 'open' && event.subagentRunId === undefined)) return undefined
  const id = (event as unknown as Record<string, string>)[idField]!
  const wrong = disagreement(event, owners[ownerKind].get(id), nouns[kind], id)
  if (!wrong && does === 'open') claim(owners[ownerKind], id, event.subagentRunId ?? null)
  return wrong
}

/** Who owns what, where that is not simply whoever opened it. */
export const ownerRules: Rules = {
  // A call stands in the message that carries it, so the two have one owner.
  TOOL_CALL_START: (event, { owners }) => {
    const { type, toolCallId: id, parentMessageId: parent, subagentRunId: tag } = event
    const inherited = parent === undefined ? undefined : owners.message.get(parent)
    const known = owners.toolCall.get(id)
    const wrong = disagreement(event, inherited, 'message', parent!) ?? disagreement(event, known, nouns.TOOL_CALL_END, id)
    if (wrong) return wrong
    if (tag === undefined && inherited !== undefined && known !== undefined && inherited !== known) {
      const message = `${type}: ${nouns.TOOL_CALL_END} "${id}" belongs to ${nameOf(known)}, its message "${parent}" to ${nameOf(inherited)}`
      return breach('owner', message, [without(event, 'parentMessageId')])
    }
    claim(owners.toolCall, id, tag ?? inherited ?? null)
    return undefined
  },
  // Makes the tool's message anew, under whoever ran the tool. A call may stay without one: a client tool does.
  TOOL_CALL_RESULT: (event, { owners }) => void owners.message.set(event.messageId, event.subagentRunId ?? null),
  // May follow after the close.
  REASONING_ENCRYPTED_VALUE: (event, { owners }) => {
    const { subtype, entityId: id } = event
    if (subtype === 'tool-call') return disagreement(event, owners.toolCall.get(id), nouns.TOOL_CALL_END, id)
    return disagreement(event, owners.message.has(id) ? owners.message.get(id) : owners.reasoning.get(id), 'message', id)
  },
  // An id names one invocation: it starts once and ends once in a run.
  SUBAGENT_STARTED: (event, { subagents }) => {
    const { type, subagentRunId: id, parentSubagentRunId: parent } = event
    if (subagents.has(id)) return breach('id-reused', `${type}: ${nouns.SUBAGENT_FINISHED} "${id}" has ended in this run; a new invocation has a new id`)
    if (parent !== undefined && !subagents.has(parent)) {
      return breach('parent-unknown', `${type}: its parent "${parent}" was not started in this run`, [without(event, 'parentSubagentRunId')])
    }
    subagents.add(id)
    return undefined
  },
  // State belongs to the run: a tag on it says where it comes from and no more. Messages and activities are told whole.
  MESSAGES_SNAPSHOT: (event, state) => noteOwners(event.messages, state, true),
  // Only a snapshot that replaces makes the activity anew, and so gives it a new owner.
  ACTIVITY_SNAPSHOT: ({ messageId, subagentRunId, replace }, { owners }) => {
    if (replace === false) claim(owners.activity, messageId, subagentRunId ?? null)
    else owners.activity.set(messageId, subagentRunId ?? null)
    return undefined
  },
  ACTIVITY_DELTA: (event, { owners }) => disagreement(event, owners.activity.get(event.messageId), 'activity', event.messageId),
}

/**
 * Takes note of whom told messages belong to.
 *
 * @param isFinal the messages replace what was known (a snapshot), instead of filling gaps (the history of a run).
 */
export function noteOwners(messages: readonly Message[], { owners }: RunState, isFinal: boolean): undefined {
  const note = (kind: OwnerKind, id: string, owner: Owner): unknown => (isFinal ? owners[kind].set(id, owner) : claim(owners[kind], id, owner))
  for (const message of messages) {
    const owner = message.subagentRunId ?? null
    note(message.role === 'reasoning' || message.role === 'activity' ? message.role : 'message', message.id, owner)
    if (message.role === 'assistant') message.toolCalls?.forEach(({ id }) => note('toolCall', id, owner))
  }
}

/** An event that goes on with an item must not name another owner than the one that opened it; without a tag it agrees. */
function disagreement(event: Tagged, owner: Owner | undefined, noun: string, id: string): Breach | undefined {
  const tag = event.subagentRunId
  if (tag === undefined || owner === undefined || owner === tag) return undefined
  return breach('owner', `${event.type}: ${noun} "${id}" belongs to ${nameOf(owner)}, not to ${nameOf(tag)}`, [without(event, 'subagentRunId')])
}

/** The first to open an id owns it. */
function claim(owners: Map<string, Owner>, id: string, owner: Owner): void {
  if (!owners.has(id)) owners.set(id, owner)
}

function nameOf(owner: Owner): string {
  return owner === null ? 'the agent' : `sub-agent "${owner}"`
}
