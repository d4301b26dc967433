import type { AgentEvent } from '../events.js'

/** What can be open in a run: a text message, a tool call, a reasoning message, a reasoning span, a step, a sub-agent. */
export type OpenKind = 'text' | 'tool' | 'reasoning' | 'span' | 'step' | 'subagent'

/** What a type of event has to do with an item of a run. */
export interface Place {
  readonly kind: OpenKind
  /** The field that names the item. */
  readonly idField: string
  readonly does: 'open' | 'use' | 'close'
  /** What closes such an item where nobody else does. */
  readonly closing: AgentEvent['type']
}

/** Keeps what a run has opened and not closed yet. Expand chunk events before (`expandChunks`): they are not looked at. */
export interface OpenItems {
  /** Whether this event goes on with what the last one went on with. Two comparisons, for what comes most. */
  goesOn(event: AgentEvent): boolean
  /**
   * Takes note of an event that is in order, and says whether it is: what is open is not opened again; what is not open
   * has no more to say and no end. An event that has nothing to do with items is always in order.
   */
  admit(event: AgentEvent): boolean
  /** Whether the item of this event is open. */
  has(event: AgentEvent): boolean
  /**
   * The events that would close all that is open, from the innermost out. It closes nothing itself: what is really sent
   * is to be admitted like any other.
   */
  closingEvents(): AgentEvent[]
}

type Type = AgentEvent['type']
type Family = readonly [kind: OpenKind, idField: string, opening: Type, use: Type | null, ...closing: [Type, ...Type[]]]
type Fields = { readonly [field: string]: string | undefined }

const places = /* @__PURE__ */ placesOf([
  ['text', 'messageId', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END'],
  ['tool', 'toolCallId', 'TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END'],
  ['reasoning', 'messageId', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END'],
  ['span', 'messageId', 'REASONING_START', null, 'REASONING_END'],
  ['step', 'stepName', 'STEP_STARTED', null, 'STEP_FINISHED'],
  ['subagent', 'subagentRunId', 'SUBAGENT_STARTED', null, 'SUBAGENT_FINISHED', 'SUBAGENT_ERROR'],
])

function placesOf(families: readonly Family[]): ReadonlyMap<string | null, Place> {
  const byType = new Map<string | null, Place>()
  for (const [kind, idField, opening, use, ...closings] of families) {
    const add = (type: Type | null, does: Place['does']) => byType.set(type, { kind, idField, does, closing: closings[0] })
    add(opening, 'open')
    add(use, 'use')
    closings.forEach(type => add(type, 'close'))
  }
  return byType
}

/** What an event has to do with an item, if anything. */
export function placeOf({ type }: AgentEvent): Place | undefined {
  return places.get(type)
}

/** Makes a tracker for one stream of events. */
export function createOpenItems(): OpenItems {
  // By key, in the order they were opened: the event that will close the item.
  const items = new Map<string, AgentEvent>()
  let [lastType, lastField, lastId]: [string, string, string | undefined] = ['', '', '']
  return {
    goesOn: event => event.type === lastType && (event as unknown as Fields)[lastField] === lastId,
    admit(event) {
      const place = placeOf(event)
      if (!place) return true
      const { does, idField } = place
      const key = keyOf(event, place)
      if (items.has(key) === (does === 'open')) return false
      if (does === 'open') items.set(key, closingOf(event, place))
      else if (does === 'close') {
        items.delete(key)
        lastType = ''
      } else [lastType, lastField, lastId] = [event.type, idField, (event as unknown as Fields)[idField]]
      return true
    },
    has(event) {
      const place = placeOf(event)
      return !!place && items.has(keyOf(event, place))
    },
    closingEvents: () => Array.from(items.values()).reverse(),
  }
}

/** Each kind has ids of its own. A step belongs to whoever started it; the empty id is an owner, and not the same as none. */
function keyOf(event: AgentEvent, { kind, idField }: Place): string {
  const { subagentRunId: owner, [idField]: id } = event as unknown as Fields
  return (kind === 'step' && typeof owner === 'string' ? owner.length + ' ' + owner + ' ' : '') + kind + ' ' + id
}

function closingOf(event: AgentEvent, { idField, closing }: Place): AgentEvent {
  const { subagentRunId, [idField]: id } = event as unknown as Fields
  const owner = subagentRunId === undefined ? undefined : { subagentRunId }
  return Object.assign({ type: closing, [idField]: id }, owner) as unknown as AgentEvent
}
