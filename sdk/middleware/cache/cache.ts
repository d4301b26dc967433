import { Observable } from 'rxjs'
import { boundedStore, memoryStore, type BoundedStore } from './bounded-store.js'
import { digestOf, requestText } from './request-key.js'
import type { KeyValueStore, ModelEndpoint, ModelEvent, ModelFunction, ModelMiddleware, ModelRequest, Trace } from '../../contracts.js'
import { parseJson } from '../../protocol/json.js'
import { defer, of, sequence } from '../../protocol/streams.js'
import { transform } from '../../protocol/transform.js'

export interface CacheOptions {
  /** Where answers are kept: `platform.storage`, say. Default: memory, for as long as the app runs. */
  store?: KeyValueStore
  /** Keeps the answers of this model and of others apart in one store. Default: the model's own name, where it is known. */
  name?: string
  /** Milliseconds for which an answer is good. Default one hour. */
  ttlMs?: number
  /** Answers that are kept; the oldest goes first. Default 50. */
  maxEntries?: number
  /** The longest answer that is kept, in characters. Default 20 000. */
  maxChars?: number
  /** What makes two requests the same. `undefined`: this one is not looked up. Default: all that the model sees. */
  keyOf?: (request: ModelRequest) => string | undefined
  /** Also answers that call tools. The tools run anew each time, with their approvals. Default false. */
  toolCalls?: boolean
}

interface Kept { version: 1; at: number; events: ModelEvent[] }

/**
 * Answers the same request from memory. Only answers that say something and came to their natural end are kept.
 * One that is replayed says that it used no tokens, and comes in one piece.
 *
 * @example
 * createAgent({ model, modelMiddleware: [cache({ store: platform.storage, ttlMs: 24 * 3600_000 })] })
 */
export function cache(options: CacheOptions = {}): ModelMiddleware {
  const { store = memoryStore(), ttlMs = 3600_000, maxEntries = 50, keyOf = requestText, name } = options
  const stores = new Map<string, BoundedStore>()
  let tell: Trace = () => {}
  const storeOf = (owner: string): BoundedStore => {
    const known = stores.get(owner) ?? boundedStore(store, 'sampan/cache/' + owner + '/', maxEntries, message => tell('cache-failed', { message }))
    stores.set(owner, known)
    return known
  }
  return (request, context, next) =>
    defer(() => {
      const text = keyOf(request)
      if (text === undefined) return next(request, context)
      const key = digestOf(text)
      const answers = storeOf(name ?? nameOf(next))
      tell = context.trace
      const now = context.clock.now()
      let found: ModelEvent[] | undefined
      const look = new Observable<never>(subscriber =>
        answers.get(key, record => {
          found = replayOf(record, now - ttlMs)
          subscriber.complete()
        }),
      )
      const keep = (events: ModelEvent[]): void => answers.put(key, JSON.stringify({ version: 1, at: now, events } satisfies Kept))
      const phases = [() => look, () => (found ? of(...found) : next(request, context).pipe(collect(options, keep)))]
      return sequence<ModelEvent>(() => phases.shift()?.())
    })
}

function nameOf(model: ModelFunction): string {
  const { info } = model as Partial<ModelEndpoint>
  return info ? info.provider + '/' + info.model : 'model'
}

/** What a kept answer says again: the same, for nothing. */
function replayOf(record: string | undefined, since: number): ModelEvent[] | undefined {
  const { version, at, events } = Object(parseJson(record ?? '')) as Partial<Kept>
  if (version !== 1 || !events || !(at! > since)) return undefined
  return events.map(event =>
    event.type === 'usage' ? { type: 'usage', usage: { provider: event.usage.provider, model: event.usage.model, inputTokens: 0, outputTokens: 0 } } : event,
  )
}

/** Passes an answer on, and hands it over in one piece if it is worth keeping. */
function collect({ maxChars = 20_000, toolCalls = false }: CacheOptions, keep: (events: ModelEvent[]) => void) {
  return transform<ModelEvent, ModelEvent>(emit => {
    let events: ModelEvent[] = []
    let chars = 0
    return {
      next(event) {
        if (event.type === 'reset') {
          events = []
          chars = 0
        } else {
          chars += grow(events, event, chars <= maxChars)
        }
        const isWhole = event.type === 'finish' && (event.reason === 'stop' || (toolCalls && event.reason === 'tool-calls'))
        if (isWhole && chars <= maxChars && events.some(says) && (toolCalls || !events.some(calls))) keep(events)
        emit(event)
      },
    }
  })
}

/** Puts an event into a list, a delta to the one before it where it goes on with that. Answers how long it was. */
function grow(events: ModelEvent[], event: ModelEvent, isKept: boolean): number {
  const last = events[events.length - 1]
  const delta = 'delta' in event ? event.delta : ''
  if (!isKept) return delta.length
  if (last && 'delta' in last && 'delta' in event && last.type === event.type && callOf(last) === callOf(event)) events[events.length - 1] = { ...last, delta: last.delta + delta }
  else events.push(event)
  return delta.length
}

const calls = ({ type }: ModelEvent): boolean => type === 'tool-call-start'

/** An answer of thoughts alone, or of nothing, is better asked for again. */
const says = (event: ModelEvent): boolean => calls(event) || (event.type === 'text-delta' && event.delta !== '')

const callOf = (event: ModelEvent): string | undefined => ('toolCallId' in event ? event.toolCallId : undefined)
