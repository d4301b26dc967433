import type { StepFinishedEvent } from '../events.js'
import { without, type Rules } from './rule.js'
import { alreadyOpen, notOpen, tagOf } from './streamed.js'

/** Steps. Agent and sub-agents may each have a step of one name open; who started it finishes it. */
export const stepRules: Rules = {
  STEP_STARTED: (event, { open }) => (open.has('step', event.stepName, event.subagentRunId) ? alreadyOpen(event, 'step', event.stepName) : undefined),
  STEP_FINISHED: (event, { open }) => {
    const { stepName, subagentRunId } = event
    if (open.has('step', stepName, subagentRunId)) return undefined
    // Most likely the tag is wrong and not the event: the innermost step of that name is meant.
    const meant = open.closingEvents().find((each): each is StepFinishedEvent => each.type === 'STEP_FINISHED' && each.stepName === stepName)
    return notOpen(event, 'step', stepName, meant ? [Object.assign(without(event, 'subagentRunId'), tagOf(meant))] : [])
  },
}
