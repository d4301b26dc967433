import { toAttributes, type Attributes, type OtlpTraces } from './otlp.js'
import { RunSpans } from './run-spans.js'
import { createSpanLog, type SpanLog } from './span-log.js'
import type { RunContext, RunMiddleware } from '../../contracts.js'
import { isTerminal, type AgentEvent } from '../../protocol/events.js'
import { defer } from '../../protocol/streams.js'
import { transform } from '../../protocol/transform.js'

export interface TraceOptions {
  /** Is given the spans of a run when it ends: post them to an OTLP collector (`/v1/traces`), or show them. */
  sink: (traces: OtlpTraces) => void
  /** Default `sampan-app`. */
  serviceName?: string
  /** More about where this runs: `{ 'host.name': 'wechat' }`. */
  resource?: Attributes
  /** Default `agent`. */
  agentName?: string
  /**
   * Also what people and models said, and arguments and results of tools. Default false: what people write is theirs, and
   * a collector is seldom the place for it.
   */
  content?: boolean
  /** The share of runs that is traced, from 0 to 1. Default 1. */
  sampleRate?: number
  /** Spans of one run at most; more are counted (`sampan.spans.dropped`) and left out. Default 200. */
  maxSpans?: number
  /** From 0 to 1, for ids and sampling. */
  random?: () => number
}

/**
 * Traces runs after OpenTelemetry's conventions for generative AI, as plain OTLP JSON: `invoke_agent` around `chat` for each
 * call of the model and `execute_tool` for each tool. What the run tells its trace (a retry, a fallback) is noted in the
 * span in which it happened. It changes no event, and a sink that fails is not the run's affair.
 *
 * @example
 * createAgent({ model, middleware: [trace({ sink: traces => post('https://otel.example.com/v1/traces', traces) })] })
 */
export function trace(options: TraceOptions): RunMiddleware {
  const { agentName = 'agent', content = false, sampleRate = 1, maxSpans = 200, random = Math.random } = options
  return (input, context, next) =>
    defer(() => {
      if (random() >= sampleRate) return next(input, context)
      const log = createSpanLog(() => context.clock.now(), random, maxSpans)
      const spans = new RunSpans(log, { input, agentName, content })
      let isSent = false
      const send = (): void => {
        if (isSent) return
        isSent = true
        sendTo(options, log, context)
      }
      return next(input, watched(context, spans)).pipe(
        transform<AgentEvent, AgentEvent>(emit => ({
          next(event) {
            spans.see(event)
            if (isTerminal(event)) send()
            emit(event)
          },
          // Also where the run was left, or failed without a word. Whoever is cancelled has no last word either.
          release() {
            if (!isSent) spans.leave(context.cancel.isCancelled ? 'cancelled' : 'left')
            send()
          },
        })),
      )
    })
}

/** The context of a run whose spans hear of what is no event. */
function watched(context: RunContext, spans: RunSpans): RunContext {
  const { budget, trace: tell } = context
  return {
    ...context,
    budget: {
      charge(usage) {
        spans.charge(usage)
        budget.charge(usage)
      },
      exhausted: () => budget.exhausted(),
    },
    trace(name, attributes) {
      spans.note(name, attributes)
      tell(name, attributes)
    },
  }
}

function sendTo({ sink, serviceName = 'sampan-app', resource }: TraceOptions, log: SpanLog, context: RunContext): void {
  const attributes = toAttributes({ 'service.name': serviceName, ...resource, 'sampan.spans.dropped': log.dropped || undefined })
  try {
    sink({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'sampan' }, spans: log.spans() }] }] })
  } catch (thrown) {
    context.trace('trace-failed', { message: String(thrown) })
  }
}
