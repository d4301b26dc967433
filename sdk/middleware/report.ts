import type { Observable } from 'rxjs'
import type { RunContext } from '../contracts.js'
import type { ErrorDetails, SampanError } from '../errors.js'
import { transform } from '../protocol/transform.js'

/** What is told of one error: nothing that a person or a model said, and no address. */
export interface ReportEntry {
  /** Milliseconds since 1970. */
  at: number
  /** Where it was seen: in a call of a model (also one that is tried again), at the end of a run, in a tool, or in what works beside a run. */
  source: 'model' | 'run' | 'tool' | 'background'
  /** The error code; in the background the name of what failed. */
  code: string
  phase?: ErrorDetails['phase']
  /** How the answer was on its way (`chunked`, `poll` …), where the connection tells. */
  rung?: string
  status?: number
  /** The host's own error number. */
  errno?: number
  providerCode?: string
  /** The gateway logs what went wrong under the same id. */
  requestId?: string
  toolName?: string
  runId?: string
  host?: string
  /** Of the host's base library. */
  hostVersion?: string
  /** Errors since the last entry that were not told of, for sampling or for `maxPerHour`. */
  dropped?: number
}

export interface ReportOptions {
  /** Takes each entry: an error monitor, or `realtimeLogSink(wx.getRealtimeLogManager())`. */
  sink: (entry: ReportEntry) => void
  /** `platform.host`. */
  host?: { readonly name: string; readonly version: string }
  /** The share of errors that is told of, from 0 to 1. Default 1. */
  sampleRate?: number
  /** Entries within an hour at most. Default 50. */
  maxPerHour?: number
  /** From 0 to 1, for sampling. */
  random?: () => number
}

/** Both run and model middleware. */
export type ReportMiddleware = <Input, Event extends { type: string }>(
  input: Input,
  context: RunContext,
  next: (input: Input, context: RunContext) => Observable<Event>,
) => Observable<Event>

type Seen = Partial<Omit<ReportEntry, 'at' | 'source' | 'code'>>

const HOUR_MS = 3600_000
/** Errors that may still end a run. */
const MAX_TOLD = 20
/** A person said no: that is no error. */
const DENIED = 'agent/tool-denied'

/**
 * Tells an error monitor what went wrong, without content. Put the same value into both lists of an agent: as model
 * middleware it knows status, phase and request id of each failed call, as run middleware it sees tools and the end of the
 * run. An error that both see is told of once. A sink that fails is not the run's affair.
 *
 * @example
 * const errors = report({ sink: realtimeLogSink(wx.getRealtimeLogManager()), host: platform.host })
 * createAgent({ model, middleware: [errors], modelMiddleware: [retry(), errors] })
 */
export function report(options: ReportOptions): ReportMiddleware {
  const tell = createTeller(options)
  // Errors of models: the agent makes the end of a run of one, with the same words. Several runs may go on at the same time.
  const told: SampanError[] = []
  return (input, context, next) => {
    const { runId } = input as { runId?: string }
    const say = (source: ReportEntry['source'], code: string, seen: Seen = {}): void => tell(context, { source, code, runId, ...seen })
    const names = new Map<string, string>()
    const read = (event: WatchedEvent): void => {
      const { type, toolCallId = '' } = event
      if (type === 'error') {
        const error = event.error!
        told.push(error)
        if (told.length > MAX_TOLD) told.shift()
        say('model', error.code, seenIn(error))
      } else if (type === 'TOOL_CALL_START') names.set(toolCallId, event.toolCallName!)
      else if (type === 'TOOL_CALL_RESULT') {
        const code = event.metadata?.sampan?.error
        if (code && code !== DENIED) say('tool', code, { toolName: names.get(toolCallId) })
      } else if (type === 'RUN_ERROR') {
        const at = told.findIndex(({ code, message }) => code === event.code && message === event.message)
        if (at < 0) say('run', event.code ?? 'unknown')
        else told.splice(at, 1)
      }
    }
    const watched: RunContext = {
      ...context,
      trace(name, attributes) {
        if (/-failed$/.test(name)) say('background', name)
        context.trace(name, attributes)
      },
    }
    // As model middleware it stands inside a run that is watched already, or should not be.
    return next(input, runId === undefined ? context : watched).pipe(
      transform(emit => ({
        next(event) {
          read(event as WatchedEvent)
          emit(event)
        },
      })),
    )
  }
}

/** What is looked at in events of runs and of models. */
interface WatchedEvent {
  type: string
  error?: SampanError
  code?: string
  message?: string
  toolCallId?: string
  toolCallName?: string
  metadata?: { sampan?: { error?: string } }
}

function seenIn({ details: { phase, status, errno, providerCode, requestId, info } }: SampanError): Seen {
  const rung = info?.rung
  return { phase, status, errno, providerCode, requestId, rung: typeof rung === 'string' ? rung : undefined }
}

function createTeller({ sink, host, sampleRate = 1, maxPerHour = 50, random = Math.random }: ReportOptions) {
  let since = -Infinity
  let count = 0
  let dropped = 0
  return ({ clock, trace }: RunContext, seen: Omit<ReportEntry, 'at'>): void => {
    const at = clock.now()
    if (at - since >= HOUR_MS) {
      since = at
      count = 0
    }
    if (count >= maxPerHour || random() >= sampleRate) return void dropped++
    count++
    const all: Record<string, unknown> = { at, ...seen, host: host?.name, hostVersion: host?.version, dropped: dropped || undefined }
    dropped = 0
    const entry = {} as Record<string, unknown>
    for (const name of Object.keys(all)) if (all[name] !== undefined) entry[name] = all[name]
    try {
      sink(entry as unknown as ReportEntry)
    } catch (thrown) {
      trace('report-refused', { message: String(thrown) })
    }
  }
}

/** WeChat's real-time log, as `wx.getRealtimeLogManager()` gives it. */
export interface RealtimeLog { error(...data: unknown[]): void; setFilterMsg?(text: string): void }

/** Writes entries into WeChat's real-time log, where the console finds them by error code. Does nothing where the host has none. */
export function realtimeLogSink(log: RealtimeLog | null | undefined): (entry: ReportEntry) => void {
  return entry => {
    log?.setFilterMsg?.(entry.code)
    log?.error(entry)
  }
}
