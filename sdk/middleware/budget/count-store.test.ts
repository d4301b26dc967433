import { of, Subject, type Observable } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { budget, countStore } from './index.js'
import { contextOf, question } from '../../agent/__fixtures__/runs.js'
import type { KeyValueStore } from '../../contracts.js'
import type { AgentEvent } from '../../protocol/events.js'
import { memoryStorage } from '../../testkit/fake-platform.js'

/** So many counts a budget keeps in memory. */
const MAX = 10_000

/** A budget that serves many users, its store, and for whom counts were read from it. */
function gateway() {
  const stored = new Map<string, string>()
  const inner = memoryStorage(stored)
  const reads: string[] = []
  const asked = { isSilent: false }
  const store: KeyValueStore = { ...inner, get: (key, done) => (reads.push(/user\/(.*)\/day/.exec(key)![1]!), asked.isSilent || inner.get(key, done)) }
  const wrap = budget({ day: { steps: 1e9 }, store: countStore(store) })
  const context = contextOf()
  const start = (userId: string, events: Observable<AgentEvent>, more = {}) => wrap(question(more), { ...context, userId }, () => events).subscribe()
  return { asked, reads, start, serve: (userId: string) => start(userId, step), steps: (userId: string) => JSON.parse(stored.get('sampan/budget/user/' + userId + '/day')!).counts.steps }
}
const step: Observable<AgentEvent> = of<[AgentEvent, AgentEvent]>({ type: 'STEP_STARTED', stepName: 's' }, { type: 'RUN_FINISHED', threadId: 't', runId: 'r' })
const users = (count: number, prefix = 'u'): string[] => Array.from({ length: count }, (_, index) => prefix + index)

describe('counts of many users', () => {
  it('are kept of those who came last, and of one who comes back later they are read from the store', () => {
    const { reads, serve, steps } = gateway()
    users(MAX).forEach(serve)
    serve('u0')
    expect(reads).toHaveLength(MAX)
    serve('new')
    reads.length = 0
    serve('u0')
    serve('u2')
    expect(reads).toEqual([])
    serve('u1')
    expect([reads, steps('u1'), steps('u0')]).toEqual([['u1'], 2, 3])
  })
  it('are no more than that, whoever comes, answers no, or leaves while they are read', () => {
    const { asked, reads, serve, start } = gateway()
    const refusing = { resume: [{ interruptId: 'budget-x', status: 'resolved', payload: {} }], state: { sampan: {} } }
    users(MAX).forEach(serve)
    users(MAX, 'v').forEach((user, index) => {
      asked.isSilent = index % 2 > 0
      start(user, step, asked.isSilent ? {} : refusing).unsubscribe()
    })
    asked.isSilent = false
    reads.length = 0
    users(MAX).forEach(serve)
    expect(reads).toHaveLength(MAX)
    reads.length = 0
    users(MAX, 'v').forEach(serve)
    expect(reads).toHaveLength(MAX)
  })
  it('stay while a run uses them, so that what two runs of one user use is counted together', () => {
    const { reads, serve, start, steps } = gateway()
    const answer = new Subject<AgentEvent>()
    start('long', answer)
    answer.next({ type: 'STEP_STARTED', stepName: 's' })
    users(MAX + 5).forEach(serve)
    reads.length = 0
    serve('long')
    answer.next({ type: 'STEP_STARTED', stepName: 's' })
    answer.complete()
    expect([reads, steps('long')]).toEqual([[], 3])
    users(MAX + 5, 'v').forEach(serve)
    reads.length = 0
    serve('long')
    expect([reads, steps('long')]).toEqual([['long'], 4])
  })
})
