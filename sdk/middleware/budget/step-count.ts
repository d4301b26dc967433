import type { Meter } from './meter.js'
import type { RunContext, RunInput } from '../../contracts.js'
import { estimateTokens } from '../../protocol/estimate-tokens.js'
import type { AgentEvent, RunErrorEvent, RunFinishedEvent } from '../../protocol/events.js'
import { contentText, type TokenUsage } from '../../protocol/messages.js'

export interface MeasureOptions {
  readonly input: RunInput
  readonly context: RunContext
  readonly meter: Meter
  readonly estimateAs: string | undefined
  /** @param isOver nothing more is used. */
  save(isOver?: boolean): void
}

/** Whether it is of the run itself, and not of one inside it. */
export const isOwn = (event: AgentEvent): boolean => !(event as { subagentRunId?: string }).subagentRunId

export interface StepCount {
  charge(usage: TokenUsage): void
  see(event: AgentEvent): void
  /** The step that is open ends here. */
  close(): void
  /** The last event, with what was estimated. */
  end(event: RunFinishedEvent | RunErrorEvent): RunFinishedEvent | RunErrorEvent
}

/**
 * Counts steps and what they use, where a provider does not tell by what the texts may have been. Instructions and tools
 * of the agent are not in its sight.
 */
export function createStepCount({ input, meter, estimateAs = '', save }: MeasureOptions): StepCount {
  // The name of a model may have more slashes.
  const [provider, ...model] = estimateAs.split('/')
  const named: TokenUsage = model.length ? { provider, model: model.join('/') } : {}
  const estimated: TokenUsage[] = []
  let inputTokens = inputOf(input)
  let outputTokens = 0
  let resultTokens = 0
  let isStepOpen = false
  let isStepCharged = false
  let isRunCharged = false
  const close = (): void => {
    if (!isStepOpen) return
    isStepOpen = false
    const usage = { ...named, inputTokens: Math.ceil(inputTokens), outputTokens: Math.ceil(outputTokens) }
    // What it said belongs to the input from then on. A call that said nothing may never have reached anybody.
    if (!isStepCharged && outputTokens) {
      estimated.push(usage)
      meter.charge(usage)
    }
    inputTokens += outputTokens + resultTokens
    outputTokens = resultTokens = 0
    save()
  }
  return {
    close,
    charge(usage) {
      isStepCharged = isRunCharged = true
      meter.charge(usage)
    },
    see(event) {
      const { type } = event
      if (type === 'TOOL_CALL_START') meter.count('toolCalls')
      if (type === 'STEP_STARTED') meter.count('steps')
      if (!isOwn(event)) return
      if ('delta' in event && typeof event.delta === 'string') outputTokens += estimateTokens(event.delta)
      else if (type === 'TOOL_CALL_RESULT') resultTokens += estimateTokens(contentText(event.content))
      else if (type === 'STEP_FINISHED') close()
      else if (type === 'STEP_STARTED') {
        isStepOpen = true
        isStepCharged = false
      }
    },
    end(event) {
      close()
      const { usage = [], metadata } = event
      // Whoever does not charge as it goes tells at the end: then nothing had to be guessed.
      if (!isRunCharged && usage.length) {
        estimated.splice(0).forEach(each => meter.charge(each, -1))
        usage.forEach(each => meter.charge(each))
      }
      return estimated.length ? { ...event, metadata: { ...metadata, sampan: { ...Object(metadata).sampan, estimated: true, estimatedUsage: estimated } } } : event
    },
  }
}

function inputOf({ messages, context }: RunInput): number {
  let tokens = 0
  for (const message of messages) {
    if (message.role === 'activity') continue
    tokens += estimateTokens(contentText(message.content))
    if (message.role === 'assistant') for (const call of message.toolCalls || []) tokens += estimateTokens(call.function.arguments)
  }
  for (const { value } of context) tokens += estimateTokens(value)
  return tokens
}
