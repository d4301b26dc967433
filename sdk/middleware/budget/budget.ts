import type { BudgetWords } from './budget-words.js'
import type { BudgetLimits, BudgetScope } from './limits.js'
import { measureRun, STATE_KEY } from './measure-run.js'
import { createMeter, runAccount, type KeptBudget } from './meter.js'
import type { CountStore, StoredCounts } from './count-store.js'
import type { PriceTable, RunMiddleware } from '../../contracts.js'
import { SampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import { keepRun, keptRun } from '../../protocol/kept-runs.js'
import type { ResumeEntry } from '../../protocol/messages.js'
import { concat, defer, of } from '../../protocol/streams.js'

export interface BudgetOptions {
  /** For one answer, with all its resumes. */
  run?: BudgetLimits
  /** For a conversation. Needs a `store`. */
  thread?: Omit<BudgetLimits, 'wallMs'>
  /** For all conversations of a day, by the date on the phone. Needs a `store`. */
  day?: Omit<BudgetLimits, 'wallMs'>
  /** What models cost, for limits on `cost`. */
  prices?: PriceTable
  /** The currency of `cost`. A price in another one is as good as unknown. Default `CNY`. */
  currency?: string
  /**
   * A limit on cost, and a model whose price is not known. `refuse` (default): after that step the person is asked whether
   * to go on without the limit. `ignore`: it is counted in tokens only.
   */
  unknownPrice?: 'refuse' | 'ignore'
  /** Whose price (`provider/model`) holds where a provider tells no usage and it is estimated. */
  estimateAs?: string
  /** The share of a limit at which `sampan:budget-warned` is sent, once. Default 0.8. */
  warnAt?: number
  /** Where counts of conversations and of the day are kept: `countStore(platform.storage)`. */
  store?: CountStore
  /** Default Chinese. */
  words?: BudgetWords
}

const BUDGET_INTERRUPT = /\bbudget-/

/**
 * Limits what runs may use. All limits are looked at before a step, the time as well: a step that has begun is finished, so
 * no answer is cut in the middle and no tool in its effect, and a limit is exceeded by one step at most. Then the run ends
 * with the interrupt `sampan:budget`. Answering it with `{ approved: true, more: { tokens: 2000 } }` allows so much more;
 * without `more`, what is used up is granted once more; anything else ends the run.
 *
 * Make one and give it to all agents that share the limits.
 *
 * @throws SampanError `agent/invalid` where a limit per thread or day has no store.
 * @example
 * createAgent({ model, middleware: [budget({ run: { tokens: 20_000, steps: 8 }, day: { tokens: 200_000 }, store: countStore(platform.storage) })] })
 */
export function budget(options: BudgetOptions): RunMiddleware {
  const { store } = options
  if ((options.thread || options.day) && !store) throw new SampanError('agent/invalid', 'A budget per thread or day needs a store.')
  const countsFor = store && store()
  return (input, context, next) =>
    defer(() => {
      const { resume = [], state, threadId, runId } = input
      const { userId } = context
      const now = (): number => context.clock.now()
      const stored: StoredCounts[] = []
      const before = (resume.length ? Object(keptRun(state, STATE_KEY)) : {}) as Partial<KeptBudget>
      const limitsOf = (scope: BudgetScope): BudgetLimits => ({ ...options[scope], ...Object(before.limits)[scope] })
      const accounts = [runAccount(limitsOf('run'), before, now)]
      const add = (scope: 'thread' | 'day', key: string): void => {
        if (!options[scope]) return
        // Where several users are served, ids of threads are their own word.
        if (userId !== undefined) key = 'user/' + encodeURIComponent(userId) + '/' + key
        const kept = countsFor!(key, scope === 'day', context)
        stored.push(kept)
        accounts.push({ ...kept, scope, limits: limitsOf(scope) })
      }
      add('thread', 'thread/' + threadId)
      add('day', 'day')
      const meter = createMeter(options, accounts, before)
      // A question may be that of another budget, around a run inside this one.
      const answers = before.asked === 'nothing' ? [] : resume.filter(({ interruptId }) => BUDGET_INTERRUPT.test(interruptId))
      const granted = answers.filter(isGranted)
      if (answers.length && !granted.length && answers.length === resume.length) {
        return of<AgentEvent>({ type: 'RUN_STARTED', threadId, runId }, { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'cancelled' } })
      }
      granted.forEach(({ payload }) => meter.raise(payload.more))
      const save = (isOver?: boolean): void => stored.forEach(counts => counts.save(isOver))
      const inner = keepRun(state, STATE_KEY, before.inner)
      const run = defer(() => {
        const measured = measureRun({ input: { ...input, state: inner }, context, meter, save, estimateAs: options.estimateAs }, next)
        stored.forEach(counts => counts.begin())
        return measured
      })
      // A tap that approves a tool has to reach the host at once: what a resumed run has used elsewhere may come in later.
      return resume.length ? run : concat<AgentEvent>(...stored.map(({ loaded }) => loaded), run)
    })
}

const isGranted = ({ status, payload }: ResumeEntry): boolean => status === 'resolved' && Object(payload).approved === true
