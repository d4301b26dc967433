import type { RunState } from './run-state.js'
import { knownOutcome, resultMessage } from './tool-outcome.js'
import type { AssistantMessage, Message, ToolCall } from '../protocol/messages.js'

/**
 * Reads what a run is given into its history. A call that nobody answered gets a result, so that no model refuses the
 * history for its sake; only where the run resumes, those of the last answer stay open and become the run's `calls`.
 *
 * @param given the conversation, where it is not the input's.
 */
export function readHistory(state: RunState, isResumed: boolean, given: readonly Message[] = state.input.messages): void {
  const { context, callIds, messages } = state
  const open = new Map<string, ToolCall>()
  const isOpen = (call: ToolCall): boolean => open.get(call.id) === call
  let last: readonly ToolCall[] = []
  for (const message of given) {
    const calls = callsOf(message)
    if (message.role === 'tool') open.delete(message.toolCallId)
    // After a word of the user's an older answer has nobody waiting for it.
    if (message.role === 'user' || calls.length) last = calls
    for (const call of calls) {
      callIds.add(call.id)
      open.set(call.id, call)
    }
  }
  if (isResumed) {
    state.calls = last.filter(isOpen)
    state.calls.forEach(({ id }) => open.delete(id))
  }
  for (const message of given) {
    if (message.role !== 'activity') messages.push(message)
    for (const call of callsOf(message).filter(isOpen)) messages.push(resultMessage('result-' + call.id, call.id, knownOutcome(context, call.id)))
  }
}

/** The calls that stand in a message. */
export function callsOf(message: Message): readonly ToolCall[] {
  return (message as AssistantMessage).toolCalls || []
}
