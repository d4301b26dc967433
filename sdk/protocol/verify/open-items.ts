import type { AgentEvent } from '../events.js'

/** What can be open in a run, by the event that closes it where nobody else does. */
export type OpenKind = 'TEXT_MESSAGE_END' | 'TOOL_CALL_END' | 'REASONING_MESSAGE_END' | 'REASONING_END' | 'STEP_FINISHED' | 'SUBAGENT_FINISHED'

/** What a type of event has to do with an item of a run. */
export interface Place {
  readonly kind: OpenKind
  /** The field that names the item. */
  readonly idField: string
  readonly does: 'open' | 'use' | 'close'
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
  /** What is open, by {@link keyOf}: the event that would close it. In the order of opening. */
  readonly items: ReadonlyMap<string, AgentEvent>
  /**
   * The events that would close all that is open, from the innermost out. It closes nothing itself: what is really sent
   * is to be admitted like any other.
   */
  closingEvents(): AgentEvent[]
}

type Fields = { readonly [field: string]: string | undefined }

const ITEM = /^(TEXT_MESSAGE|TOOL_CALL|REASONING|REASONING_MESSAGE|STEP|SUBAGENT)_(START|STARTED|CONTENT|ARGS|END|FINISHED|ERROR)$/
const DOES: { readonly [initial: string]: Place['does'] } = { S: 'open', C: 'use', A: 'use' }
const ID_FIELDS: Fields = { TOOL_CALL: 'toolCallId', STEP: 'stepName', SUBAGENT: 'subagentRunId' }
/** By type, once it has come. */
const places = /* @__PURE__ */ new Map<string, Place>()

/** What an event has to do with an item, if anything. */
export function placeOf({ type }: AgentEvent): Place | undefined {
  const known = places.get(type)
  if (known) return known
  const [, family, verb] = ITEM.exec(type) || []
  if (!family) return undefined
  const place: Place = { kind: (family + (family[0] === 'S' ? '_FINISHED' : '_END')) as OpenKind, idField: ID_FIELDS[family] || 'messageId', does: DOES[verb![0]!] || 'close' }
  places.set(type, place)
  return place
}

/** Makes a tracker for one stream of events. */
export function createOpenItems(): OpenItems {
  const items = new Map<string, AgentEvent>()
  let [lastType, lastField, lastId]: [string, string, string | undefined] = ['', '', '']
  return {
    items,
    goesOn: event => event.type === lastType && (event as unknown as Fields)[lastField] === lastId,
    admit(event) {
      const place = placeOf(event)
      if (!place) return true
      const { does, idField, kind: type } = place
      const { subagentRunId, [idField]: id } = event as unknown as Fields
      const key = keyOf(event, place)
      if (items.has(key) === (does === 'open')) return false
      if (does === 'open') items.set(key, { type, [idField]: id, subagentRunId } as unknown as AgentEvent)
      else if (does === 'close') {
        items.delete(key)
        lastType = ''
      } else [lastType, lastField, lastId] = [event.type, idField, id]
      return true
    },
    closingEvents: () => Array.from(items.values()).reverse(),
  }
}

/** Each kind has ids of its own. A step belongs to whoever started it; the empty id is an owner, and not the same as none. */
export function keyOf(event: AgentEvent, { kind, idField }: Place): string {
  const { subagentRunId: owner, [idField]: id } = event as unknown as Fields
  return kind + ' ' + (idField === 'stepName' ? JSON.stringify([id, owner]) : id)
}
