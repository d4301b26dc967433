import type { SubagentErrorEvent, SubagentFinishedEvent } from '../events.js'
import { breach, without, type Breach, type Rules, type RunState } from './rule.js'
import { alreadyOpen, notOpen } from './streamed.js'

const noun = 'sub-agent'

/** Sub-agents. An id names one invocation: it starts once and ends once in a run. */
export const subagentRules: Rules = {
  SUBAGENT_STARTED: (event, { open, endedSubagents }) => {
    const { subagentRunId: id, parentSubagentRunId: parent } = event
    if (open.has('subagent', id)) return alreadyOpen(event, noun, id)
    if (endedSubagents.has(id)) return breach('id-reused', `${event.type}: ${noun} "${id}" has ended in this run; a new invocation has a new id`)
    if (parent === undefined || open.has('subagent', parent) || endedSubagents.has(parent)) return undefined
    return breach('parent-unknown', `${event.type}: its parent "${parent}" was not started in this run`, [without(event, 'parentSubagentRunId')])
  },
  SUBAGENT_FINISHED: ends,
  SUBAGENT_ERROR: ends,
}

function ends(event: SubagentFinishedEvent | SubagentErrorEvent, { open, endedSubagents }: RunState): Breach | undefined {
  if (!open.has('subagent', event.subagentRunId)) return notOpen(event, noun, event.subagentRunId)
  endedSubagents.add(event.subagentRunId)
  return undefined
}
