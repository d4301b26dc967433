import type { AgentEvent } from './events.js'

/**
 * What Sampan says in AG-UI's CUSTOM event, by name: what the protocol has no event for. A client that knows none of them
 * shows nothing wrong: what changes a text that is already there also sends MESSAGES_SNAPSHOT.
 */
export interface SampanCustomEvents {
  /** A tool call tells how far it has come. */
  'sampan:tool-progressed': { toolCallId: string; progress: unknown }
  /** What a message said so far does not count: its step begins anew. */
  'sampan:step-reset': { messageId: string }
  /** A message, or the rest of it from a place on, was taken back. `text` is what stands there now. */
  'sampan:text-retracted': { messageId: string; text: string; reason: string }
  /** The answer as far as it is known, where JSON was asked for. */
  'sampan:output-grown': { messageId: string; value: unknown }
  /** From here on another agent answers. */
  'sampan:agent-changed': { name: string; from?: string }
  /** A budget is nearly used up. */
  'sampan:budget-warned': { limit: string; used: number; of: number; message: string }
}

/** A CUSTOM event of Sampan's own. */
export function customEvent<Name extends keyof SampanCustomEvents>(name: Name, value: SampanCustomEvents[Name]): AgentEvent {
  return { type: 'CUSTOM', name, value }
}
