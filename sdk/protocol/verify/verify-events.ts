import type { OperatorFunction } from 'rxjs'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../events.js'
import { transform } from '../transform.js'
import { checkPhase, lifecycleRules, truncatedError } from './lifecycle-rules.js'
import { placeOf } from './open-items.js'
import { checkOrder } from './order-rules.js'
import { checkOwner, ownerRules } from './owner-rules.js'
import { breach, createRunState, without, type Breach, type Rule, type Rules, type RunState } from './rule.js'

/** What {@link verifyEvents} does with an event that stands in the wrong place. */
export interface VerifyOptions {
  /**
   * `strict` fails with `protocol/event-order`, whose `details.info.rule` names the rule: for tests, and for servers
   * one trusts to be exact. `repair` makes a legal stream of whatever comes: for everyone else's servers.
   */
  mode: 'strict' | 'repair'
  /** The run that `repair` starts where a stream lacks its RUN_STARTED. Default: both ids empty. */
  run?: { threadId: string; runId: string }
}

const rules: Rules = { ...lifecycleRules, ...ownerRules }

/**
 * Holds a stream to the order AG-UI asks for. Chunk events pass unread: put `expandChunks` before.
 * The work per event does not grow with the run.
 *
 * `repair` closes what is open when a run ends, opens a message that text arrives for, takes away an owner that
 * contradicts the one who opened, drops what has no place (a second start, an end of nothing, arguments of no call,
 * anything after the end), and adds RUN_ERROR `transport/truncated` where a stream just stops. Inside a run no text is
 * lost. Fields are not judged: an event that lacks one is the parser's business. An error of the source passes on.
 *
 * @example
 * events$.pipe(expandChunks(), verifyEvents({ mode: 'repair', run: input }))
 */
export function verifyEvents({ mode, run = { threadId: '', runId: '' } }: VerifyOptions): OperatorFunction<AgentEvent, AgentEvent> {
  const isStrict = mode === 'strict'
  return transform<AgentEvent, AgentEvent>(emit => {
    const state = createRunState()
    function next(event: AgentEvent & { subagentRunId?: string }): void {
      if (event.subagentRunId === undefined && state.open.goesOn(event)) return emit(event)
      // RUN_ERROR may come over open items. Whoever shows them is better served when they close.
      if (event.type === 'RUN_ERROR' && !isStrict) state.open.closingEvents().forEach(next)
      const wrong = check(event, state, run)
      if (!wrong) {
        state.open.admit(event)
        return emit(event)
      }
      if (isStrict) throw orderError(wrong, event)
      wrong.mend.forEach(next)
    }
    return {
      next,
      complete() {
        if (state.phase !== 'idle' && state.phase !== 'running') return
        if (isStrict) throw orderError(breach('no-terminal', 'The stream ended without RUN_FINISHED or RUN_ERROR'))
        next(truncatedError())
      },
    }
  })
}

function check(event: AgentEvent, state: RunState, run: { threadId: string; runId: string }): Breach | undefined {
  const wrong = checkPhase(event, state, run) ?? checkTag(event)
  if (wrong) return wrong
  const place = placeOf(event)
  const misplaced = place && checkOrder(event, place, state)
  if (misplaced) return misplaced
  const rule = rules[event.type] as Rule<AgentEvent> | undefined
  return rule ? rule(event, state) : place && checkOwner(event, place, state)
}

/** An owner is left out, never `null`; a sub-agent's own events cannot do without it. */
function checkTag(event: AgentEvent): Breach | undefined {
  if ((event as { subagentRunId?: string | null }).subagentRunId !== null) return undefined
  const isItsOwn = event.type === 'SUBAGENT_STARTED' || event.type === 'SUBAGENT_FINISHED' || event.type === 'SUBAGENT_ERROR'
  return breach('owner', `${event.type}: "subagentRunId" is null; leave it out instead`, isItsOwn ? [] : [without(event, 'subagentRunId')])
}

function orderError({ rule, message }: Breach, event?: AgentEvent): SampanError {
  return new SampanError('protocol/event-order', `${message} (rule "${rule}")`, { info: { rule, type: event?.type } })
}
