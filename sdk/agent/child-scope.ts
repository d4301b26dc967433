import type { RunContext, ToolLedger } from '../contracts.js'
import type { AgentEvent } from '../protocol/events.js'
import type { Interrupt } from '../protocol/messages.js'

// What a run inside another says, it says with ids of its own; outside they stand behind the run's id. So two of them
// whose providers number calls from 0 never mix: not in the log, not in the ledger, and not where the person answers.

type Fields = Record<string, unknown>

/** Ids that a run gives, by the fields they stand in. Those of runs inside it are unique already. */
const ID_FIELDS = ['messageId', 'toolCallId', 'parentMessageId', 'parentToolCallId', 'entityId']

/** What an id of a run inside another begins with, outside. */
export function scopeOf(runId: string): string {
  return runId + '/'
}

/** An event of a run inside another as it stands outside: under the run's own tag, with its ids behind the run's. */
export function scopedEvent(event: AgentEvent, runId: string): AgentEvent {
  const scoped = withScope(event as unknown as Fields, runId)
  const owner = event.type === 'SUBAGENT_STARTED' ? 'parentSubagentRunId' : 'subagentRunId'
  scoped[owner] = scoped[owner] || runId
  // Sampan's own events name what they are about inside their value.
  if (event.type === 'CUSTOM' && event.name.startsWith('sampan:')) scoped.value = withScope(event.value as Fields, runId)
  return scoped as unknown as AgentEvent
}

/** A question of a run inside another as it stands outside. */
export function scopedInterrupt(interrupt: Interrupt, runId: string): Interrupt {
  const { id, toolCallId, subagentRunId = runId } = interrupt
  const scope = scopeOf(runId)
  return { ...interrupt, id: scope + id, toolCallId: toolCallId === undefined ? undefined : scope + toolCallId, subagentRunId }
}

/** The part of a ledger that belongs to a run inside another: it sees its own calls, under the ids it gave them. */
export function scopedLedger(ledger: ToolLedger, runId: string): ToolLedger {
  const scope = scopeOf(runId)
  return {
    get(toolCallId) {
      const entry = ledger.get(scope + toolCallId)
      return entry && { ...entry, toolCallId }
    },
    put: entry => ledger.put({ ...entry, toolCallId: scope + entry.toolCallId }),
  }
}

/** What a run inside another is given: all its parent has; its calls and its checkpoints are its own. */
export function scopedContext(context: RunContext, runId: string): RunContext {
  const { ledger, checkpoints } = context
  return {
    ...context,
    ledger: scopedLedger(ledger, runId),
    // Until its end is written down, a kill has to find it: whoever knows that end deletes it.
    checkpoints: { load: id => checkpoints.load(id), save: checkpoint => checkpoints.save(checkpoint), delete() {} },
  }
}

function withScope(fields: Fields, runId: string): Fields {
  const scoped = { ...fields }
  for (const field of ID_FIELDS) if (typeof scoped[field] === 'string') scoped[field] = scopeOf(runId) + (scoped[field] as string)
  return scoped
}
