import type { RunSoFar, StopPredicate } from './step-control.js'
import type { AssistantMessage, TokenUsage } from '../protocol/messages.js'

/** Ends a run after so many model calls. It ends with success; `maxSteps` ends it with an error. */
export function stepCount(steps: number): StopPredicate {
  return run => run.step >= steps
}

/** Ends a run after a step that called this tool. The call has its result by then. */
export function calledTool(toolName: string): StopPredicate {
  return run => lastCalls(run).some(({ function: { name } }) => name === toolName)
}

/** Ends a run that has used more tokens than this, input and output together, of all its models. */
export function usageOver(tokens: number): StopPredicate {
  return ({ usage }) => usage.reduce((sum, entry) => sum + tokensOf(entry), 0) > tokens
}

function lastCalls({ messages }: RunSoFar) {
  let index = messages.length - 1
  while (index >= 0 && messages[index]!.role === 'tool') index--
  return (messages[index] as AssistantMessage | undefined)?.toolCalls ?? []
}

function tokensOf({ inputTokens = 0, outputTokens = 0, totalTokens = inputTokens + outputTokens }: TokenUsage): number {
  return totalTokens
}
