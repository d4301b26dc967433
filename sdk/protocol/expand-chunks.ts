import type { OperatorFunction } from 'rxjs'
import { SampanError } from '../errors.js'
import { CHUNK_KINDS, type ChunkEvent, type ChunkKind } from './chunk-kinds.js'
import type { AgentEvent } from './events.js'
import { transform } from './transform.js'

/** What {@link expandChunks} does with a chunk that names nothing it could belong to. */
export type ExpandOptions =
  | { mode?: 'strict' }
  | {
      mode: 'repair'
      /** Makes the id of a message or call that came without one; `kind` is a word for people who read logs. */
      ids: (kind: string) => string
    }

/** The stream that chunks of one owner go on with. `opener` has the fields it began with. */
interface Lane { readonly kind: ChunkKind; readonly id: string; readonly opener: ChunkEvent; readonly owner: string | undefined }

/**
 * Turns the shorthand events TEXT_MESSAGE_CHUNK, TOOL_CALL_CHUNK and REASONING_MESSAGE_CHUNK into START, CONTENT (or
 * ARGS) and END. Each owner has one stream open at a time: it closes when a chunk names another, at any whole event of
 * that owner, and at every event that speaks of the whole run. Put `verifyEvents` behind.
 *
 * In `strict` (the default) a chunk that names no stream, several, or contradicts the one it goes on with fails with
 * `protocol/event-order`. In `repair` such a chunk goes to the last stream of its kind, or opens one with an id of its
 * own; a contradiction is passed over, and a tool call without a name is dropped.
 */
export function expandChunks(options: ExpandOptions = {}): OperatorFunction<AgentEvent, AgentEvent> {
  return transform<AgentEvent, AgentEvent>(emit => {
    const lanes = new Map<string | undefined, Lane>()
    const close = (owner: string | undefined): void => {
      const lane = lanes.get(owner)
      if (!lane) return
      lanes.delete(owner)
      emit(tagged(lane.kind.end(lane.id), lane.owner))
    }
    return {
      next(event) {
        const kind = CHUNK_KINDS[event.type]
        if (kind) return expand(kind, event as ChunkEvent, lanes, options, close, emit)
        if (lanes.size) {
          if (OF_THE_RUN.has(event.type)) [...lanes.keys()].forEach(close)
          else if (OF_ITS_OWNER.has(event.type)) close((event as ChunkEvent).subagentRunId ?? undefined)
        }
        emit(event)
      },
    }
  })
}

/** Events that end what their owner has open. The rest says nothing about the text around it. */
const OF_ITS_OWNER: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END',
  'TOOL_CALL_START', 'TOOL_CALL_ARGS', 'TOOL_CALL_END', 'TOOL_CALL_RESULT',
  'REASONING_START', 'REASONING_END', 'REASONING_MESSAGE_START', 'REASONING_MESSAGE_CONTENT', 'REASONING_MESSAGE_END',
  'STATE_SNAPSHOT', 'STATE_DELTA', 'STEP_STARTED', 'STEP_FINISHED', 'SUBAGENT_FINISHED', 'SUBAGENT_ERROR', 'CUSTOM',
])
const OF_THE_RUN: ReadonlySet<string> = /* @__PURE__ */ new Set(['RUN_STARTED', 'RUN_FINISHED', 'RUN_ERROR', 'MESSAGES_SNAPSHOT'])

type Lanes = Map<string | undefined, Lane>

function expand(kind: ChunkKind, chunk: ChunkEvent, lanes: Lanes, options: ExpandOptions, close: (owner: string | undefined) => void, emit: (event: AgentEvent) => void): void {
  const isStrict = options.mode !== 'repair'
  let lane = findLane(kind, chunk, lanes, isStrict)
  const { delta, metadata, rawEvent } = chunk
  const isNew = !lane
  if (lane) {
    if (isStrict) checkAgreement(lane, chunk)
  } else {
    lane = openLane(kind, chunk, options)
    if (!lane) return
    close(lane.owner)
    lanes.set(lane.owner, lane)
    emit(withMetadata(tagged(kind.start(lane.id, chunk), chunk.subagentRunId), chunk))
  }
  const hasContent = delta !== undefined || rawEvent !== undefined
  // Metadata that comes alone still needs an event to ride on; at the start it has one.
  if (!hasContent && (isNew || (metadata === undefined && chunk.subagentRunId !== null))) return
  const tag = isStrict && chunk.subagentRunId !== undefined ? chunk.subagentRunId : lane.owner
  const content = withMetadata(tagged(kind.content(lane.id, delta ?? ''), tag), chunk)
  if (rawEvent !== undefined) content.rawEvent = rawEvent
  emit(content)
}

/** The stream a chunk goes on with, or none where it must open one. */
function findLane(kind: ChunkKind, chunk: ChunkEvent, lanes: Lanes, isStrict: boolean): Lane | undefined {
  const id = kind.idOf(chunk)
  const tag = chunk.subagentRunId ?? undefined
  const own = lanes.get(tag)
  if (own && own.kind === kind && (id === undefined || id === own.id)) return own
  if (id === undefined && tag !== undefined) return undefined
  const others = [...lanes.values()].filter(lane => lane.kind === kind && (id === undefined || lane.id === id))
  if (others.length > 1 && isStrict) throw orderError(`${chunk.type}: it names neither its ${kind.idField} nor its owner, and ${others.length} could be meant`)
  const lane = others[others.length - 1]
  if (lane && tag !== undefined && isStrict) throw orderError(`${chunk.type}: ${kind.idField} "${id}" belongs to another owner than "${tag}"`)
  return lane
}

function openLane(kind: ChunkKind, chunk: ChunkEvent, options: ExpandOptions): Lane | undefined {
  const missing = kind.required.filter(field => chunk[field] === undefined)
  if (missing.length && options.mode !== 'repair') throw orderError(`${chunk.type}: the first chunk must have ${missing.join(' and ')}`)
  const isNameless = missing.some(field => field !== kind.idField)
  // An empty chunk of nothing is a keep-alive.
  if (isNameless || (missing.length && !chunk.delta)) return undefined
  const id = kind.idOf(chunk) ?? (options as { ids: (word: string) => string }).ids(kind.word)
  return { kind, id, opener: chunk, owner: chunk.subagentRunId ?? undefined }
}

/** A later chunk may repeat a field of the first one, but not change it. */
function checkAgreement({ kind, id, opener }: Lane, chunk: ChunkEvent): void {
  for (const field of kind.repeatable) {
    const established = opener[field] ?? kind.defaults[field]
    if (chunk[field] !== undefined && chunk[field] !== established) throw orderError(`${chunk.type}: "${field}" of "${id}" changes from ${JSON.stringify(established)} to ${JSON.stringify(chunk[field])}`)
  }
}

function withMetadata(event: AgentEvent, { metadata }: ChunkEvent): AgentEvent {
  if (metadata !== undefined) event.metadata = metadata
  return event
}

/** Sets the owner's tag on an event made here. `null`, which is not legal, goes on to where it is judged. */
function tagged(event: AgentEvent, owner: string | null | undefined): AgentEvent {
  if (owner !== undefined) (event as { subagentRunId?: string | null }).subagentRunId = owner
  return event
}

function orderError(message: string): SampanError {
  return new SampanError('protocol/event-order', `${message} (rule "chunk")`, { info: { rule: 'chunk' } })
}
