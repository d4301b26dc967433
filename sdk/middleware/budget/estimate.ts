import type { RunInput } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { contentText, type TokenUsage } from '../../protocol/messages.js'

/**
 * How many tokens a text is, roughly, and rather more than fewer: one for each character that is no ASCII (Chinese has
 * about 0.6 to 1), one for four others.
 */
export function estimateTokens(text: string): number {
  let wide = 0
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) wide++
  return wide + (text.length - wide) / 4
}

/** Follows a run, for steps whose provider tells no usage. Instructions and tools of the agent are not in its sight. */
export interface StepEstimate {
  see(event: AgentEvent): void
  /** What the step so far may have used. What it said belongs to the input from then on. */
  take(): TokenUsage
}

export function createStepEstimate(input: RunInput): StepEstimate {
  let inputTokens = 0
  let outputTokens = 0
  let resultTokens = 0
  for (const message of input.messages) if (message.role !== 'activity') inputTokens += estimateTokens(contentText(message.content)) + callTokens(message)
  for (const { value } of input.context) inputTokens += estimateTokens(value)
  return {
    see(event) {
      if ('delta' in event && typeof event.delta === 'string') outputTokens += estimateTokens(event.delta)
      else if (event.type === 'TOOL_CALL_RESULT') resultTokens += estimateTokens(contentText(event.content))
    },
    take() {
      const usage = { inputTokens: Math.ceil(inputTokens), outputTokens: Math.ceil(outputTokens) }
      inputTokens += outputTokens + resultTokens
      outputTokens = resultTokens = 0
      return usage
    },
  }
}

function callTokens(message: RunInput['messages'][number]): number {
  if (message.role !== 'assistant' || !message.toolCalls) return 0
  return message.toolCalls.reduce((sum, call) => sum + estimateTokens(call.function.arguments), 0)
}
