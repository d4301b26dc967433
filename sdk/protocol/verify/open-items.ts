import type { AgentEvent } from '../events.js'

/** What can be open in a run: a text message, a tool call, a reasoning message, a reasoning span, a step, a sub-agent. */
export type OpenKind = 'text' | 'tool' | 'reasoning' | 'span' | 'step' | 'subagent'

/** Keeps what a run has opened and not closed yet. */
export interface OpenItems {
  /** Takes note of one event. Deltas cost one look into a table; nothing is checked. */
  observe(event: AgentEvent): void
  /**
   * The events that would close all that is open, in a legal order: messages and tool calls, reasoning, then steps and
   * sub-agents from the innermost out. It closes nothing itself: what is really sent comes back through `observe`.
   */
  closingEvents(): AgentEvent[]
  /** Whether this is open. A step is named by its name and its owner. */
  has(kind: OpenKind, id: string, owner?: string): boolean
}

/** Each kind has ids of its own. The value is the event that will close the item, made when it opens. */
type OpenMap = Map<string, AgentEvent>
type Maps = { readonly [K in OpenKind]: OpenMap }
type Observer<E> = (event: E, open: Maps) => void
type Observers = { readonly [T in AgentEvent['type']]?: Observer<Extract<AgentEvent, { type: T }>> }

/** Makes a tracker for one stream of events. Chunk events must be expanded before (`expandChunks`). */
export function createOpenItems(): OpenItems {
  const open: Maps = { text: new Map(), tool: new Map(), reasoning: new Map(), span: new Map(), step: new Map(), subagent: new Map() }
  return {
    observe(event) {
      if (event.type === 'TEXT_MESSAGE_CONTENT') return
      const observer = OBSERVERS[event.type] as Observer<AgentEvent> | undefined
      if (observer) observer(event, open)
    },
    closingEvents: () => [
      ...open.text.values(),
      ...open.tool.values(),
      ...innermostFirst(open.reasoning),
      ...innermostFirst(open.span),
      ...innermostFirst(open.step),
      ...innermostFirst(open.subagent),
    ],
    has: (kind, id, owner) => open[kind].has(kind === 'step' ? stepKey(id, owner) : id),
  }
}

const OBSERVERS: Observers = {
  RUN_STARTED: (_, open) => clear(open),
  RUN_FINISHED: (_, open) => clear(open),
  RUN_ERROR: (_, open) => clear(open),
  TEXT_MESSAGE_START: ({ messageId, subagentRunId }, { text }) =>
    void text.set(messageId, { type: 'TEXT_MESSAGE_END', messageId, ...ownedBy(subagentRunId) }),
  TEXT_MESSAGE_END: ({ messageId }, { text }) => void text.delete(messageId),
  TOOL_CALL_START: ({ toolCallId, subagentRunId }, { tool }) =>
    void tool.set(toolCallId, { type: 'TOOL_CALL_END', toolCallId, ...ownedBy(subagentRunId) }),
  TOOL_CALL_END: ({ toolCallId }, { tool }) => void tool.delete(toolCallId),
  REASONING_MESSAGE_START: ({ messageId, subagentRunId }, { reasoning }) =>
    void reasoning.set(messageId, { type: 'REASONING_MESSAGE_END', messageId, ...ownedBy(subagentRunId) }),
  REASONING_MESSAGE_END: ({ messageId }, { reasoning }) => void reasoning.delete(messageId),
  REASONING_START: ({ messageId, subagentRunId }, { span }) =>
    void span.set(messageId, { type: 'REASONING_END', messageId, ...ownedBy(subagentRunId) }),
  REASONING_END: ({ messageId }, { span }) => void span.delete(messageId),
  STEP_STARTED: ({ stepName, subagentRunId }, { step }) =>
    void step.set(stepKey(stepName, subagentRunId), { type: 'STEP_FINISHED', stepName, ...ownedBy(subagentRunId) }),
  STEP_FINISHED: ({ stepName, subagentRunId }, { step }) => void step.delete(stepKey(stepName, subagentRunId)),
  SUBAGENT_STARTED: ({ subagentRunId }, { subagent }) =>
    void subagent.set(subagentRunId, { type: 'SUBAGENT_FINISHED', subagentRunId }),
  SUBAGENT_FINISHED: ({ subagentRunId }, { subagent }) => void subagent.delete(subagentRunId),
  SUBAGENT_ERROR: ({ subagentRunId }, { subagent }) => void subagent.delete(subagentRunId),
}

/** A step belongs to whoever started it. The empty id is a legal owner, and not the same as none. */
const stepKey = (name: string, owner: string | undefined): string => (owner === undefined ? '' : owner.length + ' ' + owner) + ' ' + name

const ownedBy = (subagentRunId: string | undefined): { subagentRunId?: string } => (subagentRunId === undefined ? {} : { subagentRunId })

const innermostFirst = (items: OpenMap): AgentEvent[] => [...items.values()].reverse()

function clear(open: Maps): void {
  for (const kind of Object.keys(open) as OpenKind[]) open[kind].clear()
}
