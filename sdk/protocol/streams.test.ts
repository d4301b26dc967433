import * as rx from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { describe, expect, it } from 'vitest'
import * as own from './streams.js'

/** Runs a marble test with RxJS's own creator and with ours: both must give what is written. */
function alike(test: (kit: typeof own, helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0]) => void): void {
  const theirs = { ...rx, throwError: (error: unknown) => rx.throwError(() => error) } as unknown as typeof own
  for (const kit of [theirs, own]) new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(helpers => test(kit, helpers))
}

describe.each(['concat', 'merge'] as const)('%s', name => {
  it('passes values and completes as the original does', () => {
    alike((kit, { cold, expectObservable, expectSubscriptions }) => {
      const [a, b] = [cold('-a-b|'), cold('--c-d|')]
      expectObservable(kit[name](a, b)).toBe(name === 'concat' ? '-a-b--c-d|' : '-acbd|')
      expectSubscriptions(a.subscriptions).toBe('^---!')
      expectSubscriptions(b.subscriptions).toBe(name === 'concat' ? '----^----!' : '^----!')
    })
  })
  it('fails as the original does, and leaves the other source', () => {
    alike((kit, { cold, expectObservable, expectSubscriptions }) => {
      const [a, b] = [cold('-a-#'), cold('--b--|')]
      expectObservable(kit[name](a, b)).toBe(name === 'concat' ? '-a-#' : '-ab#')
      expectSubscriptions(b.subscriptions).toBe(name === 'concat' ? [] : '^--!')
    })
  })
  it('leaves its sources when it is left', () => {
    alike((kit, { cold, expectObservable, expectSubscriptions }) => {
      const [a, b] = [cold('-a--|'), cold(name === 'concat' ? '--b-|' : '-b--|')]
      expectObservable(kit[name](a, b), name === 'concat' ? '-----!' : '--!').toBe(name === 'concat' ? '-a---' : '-(ab)')
      expectSubscriptions(b.subscriptions).toBe(name === 'concat' ? '----^!' : '^-!')
    })
  })
  it('completes at once without a source', () => {
    alike((kit, { expectObservable }) => expectObservable(kit[name]()).toBe('|'))
  })
})

describe('mergeAll', () => {
  const limited = (limit: number, test: (kit: (sources: rx.Observable<string>[]) => rx.Observable<string>, helpers: Parameters<Parameters<TestScheduler['run']>[0]>[0]) => void): void => {
    const kits = [(sources: rx.Observable<string>[]) => rx.from(sources).pipe(rx.mergeAll(limit)), (sources: rx.Observable<string>[]) => own.mergeAll(sources, limit)]
    for (const kit of kits) new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(helpers => test(kit, helpers))
  }
  it('begins the next source when one of the first ends, as the original does', () => {
    limited(2, (kit, { cold, expectObservable, expectSubscriptions }) => {
      const [a, b, c] = [cold('-a---|'), cold('--b|'), cold('-c|')]
      expectObservable(kit([a, b, c])).toBe('-ab-c|')
      expectSubscriptions(c.subscriptions).toBe('---^-!')
    })
  })
  it('begins none after one that failed, nor after it was left', () => {
    limited(1, (kit, { cold, expectObservable, expectSubscriptions }) => {
      const [a, b] = [cold('-a-#'), cold('-b|')]
      expectObservable(kit([a, b])).toBe('-a-#')
      expectSubscriptions(b.subscriptions).toBe([])
      const c = cold('-c--|')
      expectObservable(kit([c, b]), '--!').toBe('-c')
    })
  })
  it('takes ten thousand sources that end at once without growing the stack, also one at a time', () => {
    for (const limit of [1, Infinity]) {
      let count = 0
      own.mergeAll(Array.from({ length: 10_000 }, (_, index) => own.of(index)), limit).subscribe(() => count++)
      expect(count).toBe(10_000)
    }
  })
})

describe('defer, of, throwError', () => {
  it('make the source at each subscription, emit at once, fail at once', () => {
    alike((kit, { expectObservable }) => {
      let made = 0
      const source = kit.defer(() => kit.of<unknown>(++made, 'x'))
      expectObservable(source).toBe('(ax|)', { a: 1, x: 'x' })
      expectObservable(source).toBe('(ax|)', { a: 2, x: 'x' })
      expectObservable(kit.throwError('no')).toBe('#', undefined, 'no')
      expectObservable(kit.defer(() => { throw new TypeError('bad') })).toBe('#', undefined, new TypeError('bad'))
    })
  })
})

describe('sequence', () => {
  it('takes ten thousand sources that end at once without growing the stack', () => {
    let count = 0
    let last: number | undefined
    own.sequence(() => (count < 10_000 ? own.of(count++) : undefined)).subscribe(value => (last = value))
    expect(last).toBe(9999)
  })
  it('asks for no further source once it is left', () => {
    let asked = 0
    const subscription = new rx.Subscription()
    const inner = new rx.Subject<number>()
    subscription.add(own.sequence(() => { asked += 1; return inner }).subscribe())
    subscription.unsubscribe()
    inner.complete()
    expect(asked).toBe(1)
    own.sequence(() => { asked += 1; return own.of(1) }).pipe(rx.take(1)).subscribe()
    expect(asked).toBe(2)
  })
  it('fails with what asking for a source throws, also later', () => {
    const later = new rx.Subject<number>()
    const sources = [later]
    const seen: unknown[] = []
    own.sequence(() => { if (sources.length) return sources.shift(); throw new Error('none') }).subscribe({ error: error => seen.push(error.message) })
    expect(seen).toEqual([])
    later.complete()
    expect(seen).toEqual(['none'])
  })
})
