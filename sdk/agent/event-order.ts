import type { AgentEvent } from '../protocol/events.js'
import type { OpenItems } from '../protocol/verify/open-items.js'

type Rules = { readonly [Type in AgentEvent['type']]?: (event: Extract<AgentEvent, { type: Type }>, open: OpenItems) => boolean }

// What is open is not opened again; what is not open has no more to say and no end.
const rules: Rules = {
  TEXT_MESSAGE_START: ({ messageId }, open) => !open.has('text', messageId),
  TEXT_MESSAGE_CONTENT: ({ messageId }, open) => open.has('text', messageId),
  TEXT_MESSAGE_END: ({ messageId }, open) => open.has('text', messageId),
  TOOL_CALL_START: ({ toolCallId }, open) => !open.has('tool', toolCallId),
  TOOL_CALL_ARGS: ({ toolCallId }, open) => open.has('tool', toolCallId),
  TOOL_CALL_END: ({ toolCallId }, open) => open.has('tool', toolCallId),
  REASONING_START: ({ messageId }, open) => !open.has('span', messageId),
  REASONING_END: ({ messageId }, open) => open.has('span', messageId),
  REASONING_MESSAGE_START: ({ messageId }, open) => !open.has('reasoning', messageId),
  REASONING_MESSAGE_CONTENT: ({ messageId }, open) => open.has('reasoning', messageId),
  REASONING_MESSAGE_END: ({ messageId }, open) => open.has('reasoning', messageId),
  STEP_STARTED: ({ stepName, subagentRunId }, open) => !open.has('step', stepName, subagentRunId),
  STEP_FINISHED: ({ stepName, subagentRunId }, open) => open.has('step', stepName, subagentRunId),
  SUBAGENT_STARTED: ({ subagentRunId }, open) => !open.has('subagent', subagentRunId),
  SUBAGENT_FINISHED: ({ subagentRunId }, open) => open.has('subagent', subagentRunId),
  SUBAGENT_ERROR: ({ subagentRunId }, open) => open.has('subagent', subagentRunId),
}

/**
 * Whether an event may stand here, in a run that has `open` open. Middleware drops and repeats events; what it does to
 * one must not make the rest of the run illegal.
 */
export function isInOrder(event: AgentEvent, open: OpenItems): boolean {
  const rule = rules[event.type] as ((event: AgentEvent, open: OpenItems) => boolean) | undefined
  return !rule || rule(event, open)
}
