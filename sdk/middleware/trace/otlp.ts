// OpenTelemetry's wire format for traces, as JSON (OTLP/HTTP, `POST /v1/traces`): ids are hexadecimal, times are
// nanoseconds in a text, because a double cannot hold them.

export type OtlpValue = { stringValue: string } | { intValue: string } | { doubleValue: number } | { boolValue: boolean } | { arrayValue: { values: OtlpValue[] } }
export interface OtlpAttribute { key: string; value: OtlpValue }
export interface OtlpEvent { timeUnixNano: string; name: string; attributes: OtlpAttribute[] }

export interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  /** 1: inside this program. 3: a call to another one. */
  kind: 1 | 3
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: OtlpAttribute[]
  events: OtlpEvent[]
  /** 0: unset. 2: an error. */
  status: { code: 0 | 2 }
}

/** The body of a request that exports traces. */
export interface OtlpTraces {
  resourceSpans: { resource: { attributes: OtlpAttribute[] }; scopeSpans: { scope: { name: string }; spans: OtlpSpan[] }[] }[]
}

/** Attributes as they are written. `undefined` is left out. */
export type Attributes = Record<string, unknown>

/** The longest text of an attribute. */
const MAX_CHARS = 8192

export function toAttributes(attributes: Attributes): OtlpAttribute[] {
  return Object.keys(attributes)
    .filter(key => attributes[key] !== undefined)
    .map(key => ({ key, value: toValue(attributes[key]) }))
}

function toValue(value: unknown): OtlpValue {
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number' && isFinite(value)) return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toValue) } }
  const text = typeof value === 'string' ? value : JSON.stringify(value) ?? ''
  return { stringValue: text.slice(0, MAX_CHARS) }
}

export const toNanos = (ms: number): string => (ms > 0 ? Math.round(ms) + '000000' : '0')

/** An id of so many hexadecimal digits, never all zeros. */
export function hexId(digits: number, random: () => number): string {
  let id = ''
  while (id.length < digits) id += Math.floor(random() * 16).toString(16)
  return /[^0]/.test(id) ? id : id.slice(1) + '1'
}
