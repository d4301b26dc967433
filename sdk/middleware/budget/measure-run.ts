import type { Observable } from 'rxjs'
import type { Spent } from './meter.js'
import { createStepCount, isOwn, type MeasureOptions } from './step-count.js'
import type { Budget, RunFunction } from '../../contracts.js'
import { customEvent } from '../../protocol/custom-events.js'
import { isTerminal, type AgentEvent, type RunFinishedEvent } from '../../protocol/events.js'
import { keepRun, keptRun } from '../../protocol/kept-runs.js'
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
      return asked && asked.message
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
          // Around what a budget inside this one keeps.
          emit(event.type === 'STATE_SNAPSHOT' && isOwn(event) ? { ...event, snapshot: keepRun(event.snapshot, STATE_KEY, { ...meter.kept(asked), inner: keptRun(event.snapshot, STATE_KEY) }) } : event)
          if (/^STEP_/.test(event.type)) warn()
        },
        release() {
          // Whoever is cancelled has no last word, and says what it used in none.
          if (context.cancel.isCancelled) steps.close()
          save(true)
        },
      }
    }),
  )
}

/** Tells in the question which limit it is about, and what an answer looks like. */
function withQuestion(event: AgentEvent, asked: Spent | undefined): AgentEvent {
  const { outcome } = event as RunFinishedEvent
  if (!asked || !outcome || outcome.type !== 'interrupt') return event
  const { limit, unpriced } = asked
  const interrupts = outcome.interrupts.map(interrupt => {
    const { reason, metadata } = interrupt
    const told = Object(Object(metadata).sampan)
    return reason !== 'sampan:budget' || told.budget ? interrupt : {
      ...interrupt,
      responseSchema: { type: 'object', properties: { approved: { type: 'boolean' }, more: { type: 'object' } }, required: ['approved'] },
      metadata: { ...metadata, sampan: { ...told, budget: limit || { unpriced } } },
    }
  })
  return { ...event, outcome: { ...outcome, interrupts } } as AgentEvent
}
