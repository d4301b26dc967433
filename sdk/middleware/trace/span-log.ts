import { hexId, toAttributes, toNanos, type Attributes, type OtlpEvent, type OtlpSpan } from './otlp.js'

/** A span as long as it can still change. */
export interface Span {
  readonly id: string
  readonly parentId: string | undefined
  readonly kind: OtlpSpan['kind']
  readonly startMs: number
  /** `undefined`: it is open. */
  endMs: number | undefined
  name: string
  isError: boolean
  readonly attributes: Attributes
  readonly events: OtlpEvent[]
}

/** The spans of one run. There is an upper limit to what it keeps: spans beyond it are counted and dropped. */
export interface SpanLog {
  /** Always answers a span; one too many is just not written. */
  open(name: string, parent: Span | undefined, attributes: Attributes, kind?: OtlpSpan['kind']): Span
  note(span: Span, name: string, attributes: Attributes): void
  close(span: Span, errorType?: string): void
  readonly dropped: number
  /** All spans; those that are open end now. */
  spans(): OtlpSpan[]
}

const MAX_EVENTS = 32

export function createSpanLog(now: () => number, random: () => number, maxSpans: number): SpanLog {
  const traceId = hexId(32, random)
  const kept: Span[] = []
  let dropped = 0
  return {
    get dropped() {
      return dropped
    },
    open(name, parent, attributes, kind = 1) {
      const span: Span = { id: hexId(16, random), parentId: parent?.id, kind, startMs: now(), endMs: undefined, name, isError: false, attributes, events: [] }
      if (kept.length < maxSpans) kept.push(span)
      else dropped++
      return span
    },
    note({ events }, name, attributes) {
      if (events.length < MAX_EVENTS) events.push({ timeUnixNano: toNanos(now()), name, attributes: toAttributes(attributes) })
    },
    close(span, errorType) {
      span.endMs = span.endMs ?? now()
      if (errorType === undefined) return
      span.isError = true
      span.attributes['error.type'] = errorType
    },
    spans: () =>
      kept.map(({ id, parentId, kind, name, startMs, endMs = now(), attributes, events, isError }) => ({
        traceId,
        spanId: id,
        parentSpanId: parentId,
        name,
        kind,
        startTimeUnixNano: toNanos(startMs),
        endTimeUnixNano: toNanos(endMs),
        attributes: toAttributes(attributes),
        events,
        status: { code: isError ? 2 : 0 },
      })),
  }
}
