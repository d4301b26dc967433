import { createStepEstimate } from './estimate.js'
import type { Meter } from './meter.js'
import type { RunContext, RunInput } from '../../contracts.js'
import type { AgentEvent, RunErrorEvent, RunFinishedEvent } from '../../protocol/events.js'
import type { TokenUsage } from '../../protocol/messages.js'

export interface MeasureOptions {
  readonly input: RunInput
  readonly context: RunContext
  readonly meter: Meter
  readonly estimateAs: string | undefined
  save(): void
}

/** Whether it is of the run itself, and not of one inside it. */
export const isOwn = (event: AgentEvent): boolean => !('subagentRunId' in event && event.subagentRunId)

export interface StepCount {
  charge(usage: TokenUsage): void
  see(event: AgentEvent): void
  /** The last event, with what was estimated. */
  end(event: RunFinishedEvent | RunErrorEvent): RunFinishedEvent | RunErrorEvent
}

/** Counts steps and what they use, where a provider does not tell by what the texts may have been. */
export function createStepCount({ input, meter, estimateAs = '', save }: MeasureOptions): StepCount {
  const estimate = createStepEstimate(input)
  const named = nameOf(estimateAs)
  const estimated: TokenUsage[] = []
  let isStepOpen = false
  let isStepCharged = false
  let isRunCharged = false
  const closeStep = (): void => {
    if (!isStepOpen) return
    isStepOpen = false
    const usage = { ...named, ...estimate.take() }
    // A call that said nothing may never have reached anybody.
    if (!isStepCharged && usage.outputTokens) {
      estimated.push(usage)
      meter.charge(usage)
    }
    save()
  }
  return {
    charge(usage: TokenUsage): void {
      isStepCharged = isRunCharged = true
      meter.charge(usage)
    },
    see(event: AgentEvent): void {
      if (isOwn(event)) estimate.see(event)
      if (event.type === 'TOOL_CALL_START') meter.count('toolCalls')
      else if (event.type === 'STEP_STARTED') {
        meter.count('steps')
        if (!isOwn(event)) return
        isStepOpen = true
        isStepCharged = false
      } else if (event.type === 'STEP_FINISHED' && isOwn(event)) closeStep()
    },
    end(event: RunFinishedEvent | RunErrorEvent): RunFinishedEvent | RunErrorEvent {
      closeStep()
      // Whoever does not charge as it goes tells at the end: then nothing had to be guessed.
      if (!isRunCharged && event.usage?.length) {
        estimated.splice(0).forEach(usage => meter.charge(usage, -1))
        event.usage.forEach(usage => meter.charge(usage))
      }
      return estimated.length ? withSampan(event, { estimated: true, estimatedUsage: estimated }) : event
    },
  }
}

/** `provider/model`; the name of a model may have more of these. */
function nameOf(key: string): TokenUsage {
  const cut = key.indexOf('/')
  return cut < 0 ? {} : { provider: key.slice(0, cut), model: key.slice(cut + 1) }
}

function withSampan<E extends RunFinishedEvent | RunErrorEvent>(event: E, told: Record<string, unknown>): E {
  return { ...event, metadata: { ...event.metadata, sampan: { ...event.metadata?.sampan, ...told } } }
}
