import type { Observable } from 'rxjs'
import type { Spent } from './meter.js'
import { createStepCount, isOwn, type MeasureOptions } from './step-count.js'
import type { Budget, RunFunction } from '../../contracts.js'
import { customEvent } from '../../protocol/custom-events.js'
import { isTerminal, type AgentEvent } from '../../protocol/events.js'
import { keepRun } from '../../protocol/kept-runs.js'
import { transform } from '../../protocol/transform.js'

/** Under this name the state keeps what an answer that waits has used. */
export const STATE_KEY = 'budget'

/** Runs with every event counted, and with the context's budget narrowed to what is left. */
export function measureRun(options: MeasureOptions, next: RunFunction): Observable<AgentEvent> {
  const { input, context, meter, save } = options
  const inner = context.budget
  const steps = createStepCount(options)
  let asked: Spent | undefined
  const budget: Budget = {
    charge(usage) {
      inner.charge(usage)
      steps.charge(usage)
    },
    exhausted() {
      const message = inner.exhausted()
      if (message !== undefined) return message
      asked = meter.spent()
      return asked?.message
    },
  }
  return next(input, { ...context, budget }).pipe(
    transform<AgentEvent, AgentEvent>(emit => {
      const warn = (): void =>
        meter.warnings().forEach(({ scope, limit, used, of, message }) => emit(customEvent('sampan:budget-warned', { limit: scope + '.' + limit, used, of, message })))
      return {
        next(event) {
          steps.see(event)
          if (isTerminal(event)) {
            const last = withQuestion(steps.end(event), asked)
            warn()
            return emit(last)
          }
          emit(event.type === 'STATE_SNAPSHOT' && isOwn(event) ? { ...event, snapshot: keepRun(event.snapshot, STATE_KEY, meter.kept(asked !== undefined)) } : event)
          if (event.type === 'STEP_STARTED' || event.type === 'STEP_FINISHED') warn()
        },
        release: save,
      }
    }),
  )
}

/** Tells in the question which limit it is about, and what an answer looks like. */
function withQuestion(event: AgentEvent, asked: Spent | undefined): AgentEvent {
  if (event.type !== 'RUN_FINISHED' || event.outcome?.type !== 'interrupt' || !asked) return event
  const { limit, unpriced } = asked
  const interrupts = event.outcome.interrupts.map(interrupt =>
    interrupt.reason !== 'sampan:budget' || interrupt.metadata?.sampan?.budget ? interrupt : {
      ...interrupt,
      responseSchema: { type: 'object', properties: { approved: { type: 'boolean' }, more: { type: 'object' } }, required: ['approved'] },
      metadata: { ...interrupt.metadata, sampan: { ...interrupt.metadata?.sampan, budget: limit ?? { unpriced } } },
    },
  )
  return { ...event, outcome: { ...event.outcome, interrupts } }
}
