import type { OtlpAttribute, OtlpSpan } from './otlp.js'

/** One bar of a timeline. */
export interface TimelineEntry {
  kind: 'agent' | 'model' | 'tool'
  /** Of the agent, the model or the tool. */
  name: string
  /** Milliseconds from the beginning of the run. */
  startMs: number
  durationMs: number
  /** How deep it stands: 0 is the run. */
  depth: number
  /** Tokens in and out, where they are known. */
  tokens?: number
  /** The error code, where it failed. */
  error?: string
}

const KINDS: Record<string, TimelineEntry['kind']> = { invoke_agent: 'agent', chat: 'model', execute_tool: 'tool' }

/** The spans of a run as a short list that a view can show, in the order in which they began. */
export function timelineOf(spans: readonly OtlpSpan[]): TimelineEntry[] {
  const byId = new Map(spans.map(span => [span.spanId, span]))
  const depthOf = (span: OtlpSpan): number => {
    const parent = byId.get(span.parentSpanId ?? '')
    return parent ? depthOf(parent) + 1 : 0
  }
  const begin = Math.min(...spans.map(startOf))
  return spans
    .map<TimelineEntry>(span => {
      const tokens = numberOf(span, 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens')
      const error = valueOf(span, 'error.type')
      return {
        kind: KINDS[span.name.split(' ')[0]!] ?? 'agent',
        name: span.name.slice(span.name.indexOf(' ') + 1),
        startMs: startOf(span) - begin,
        durationMs: msOf(span.endTimeUnixNano) - startOf(span),
        depth: depthOf(span),
        ...(tokens !== undefined && { tokens }),
        ...(error !== undefined && { error }),
      }
    })
    .sort((a, b) => a.startMs - b.startMs || a.depth - b.depth)
}

const msOf = (nanos: string): number => Number(nanos.slice(0, -6))
const startOf = ({ startTimeUnixNano }: OtlpSpan): number => msOf(startTimeUnixNano)

function valueOf({ attributes }: OtlpSpan, key: string): string | undefined {
  const value: Partial<Record<string, unknown>> | undefined = attributes.find((attribute: OtlpAttribute) => attribute.key === key)?.value
  return value && String(value.stringValue ?? value.intValue)
}

function numberOf(span: OtlpSpan, ...keys: string[]): number | undefined {
  const known = keys.map(key => valueOf(span, key)).filter(value => value !== undefined)
  return known.length ? known.reduce((sum, value) => sum + Number(value), 0) : undefined
}
