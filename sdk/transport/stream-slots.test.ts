import { NEVER, Observable, type Subscription } from 'rxjs'
import { TestScheduler } from 'rxjs/testing'
import { expect, test } from 'vitest'
import { inStreamSlot } from './stream-slots.js'
import { fakePlatform } from '../testkit/fake-platform.js'

const one = () => fakePlatform({ capabilities: { maxStreams: 1 } })
const marbles = (work: Parameters<TestScheduler['run']>[0]): unknown =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work)

test('the second stream waits for the end of the first', () =>
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const platform = one()
    const [a, b] = [cold('--a--|'), cold('--b|')]
    expectObservable(inStreamSlot(platform, a)).toBe('--a--|')
    expectObservable(inStreamSlot(platform, b)).toBe('-------b|')
    expectSubscriptions(a.subscriptions).toBe('^----!')
    expectSubscriptions(b.subscriptions).toBe('-----^--!')
  }))

test('a slot is free again after an error, and after leaving', () =>
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const platform = one()
    const [a, b, c] = [cold('-#'), cold('--------'), cold('c|')]
    expectObservable(inStreamSlot(platform, a)).toBe('-#')
    expectObservable(inStreamSlot(platform, b), '^--!').toBe('----')
    expectObservable(inStreamSlot(platform, c)).toBe('---c|')
    expectSubscriptions(b.subscriptions).toBe('-^-!')
  }))

test('a stream that is left while it waits never starts, and holds nobody up', () =>
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const platform = one()
    const [b, c] = [cold('b|'), cold('c|')]
    expectObservable(inStreamSlot(platform, cold('----|'))).toBe('----|')
    expectObservable(inStreamSlot(platform, b), '^-!').toBe('---')
    expectObservable(inStreamSlot(platform, c)).toBe('----c|')
    expectSubscriptions(b.subscriptions).toBe([])
  }))

test('hosts have slots of their own, and as many as they say', () =>
  marbles(({ cold, expectObservable }) => {
    const two = fakePlatform({ capabilities: { maxStreams: 2 } })
    expectObservable(inStreamSlot(one(), cold('--|'))).toBe('--|')
    expectObservable(inStreamSlot(two, cold('--|'))).toBe('--|')
    expectObservable(inStreamSlot(two, cold('--|'))).toBe('--|')
    expectObservable(inStreamSlot(two, cold('--|'))).toBe('----|')
  }))

test('a stream is released before the next one starts', () => {
  const platform = one()
  const log: string[] = []
  const stream = (name: string): Observable<never> =>
    new Observable(() => {
      log.push(name + ' starts')
      return () => log.push(name + ' is released')
    })
  const first: Subscription = inStreamSlot(platform, stream('a')).subscribe()
  const second = inStreamSlot(platform, stream('b')).subscribe()
  first.unsubscribe()
  second.unsubscribe()
  expect(log).toEqual(['a starts', 'a is released', 'b starts', 'b is released'])
})

test('a stream that ends while it starts leaves its slot', () => {
  const platform = one()
  let starts = 0
  const short = new Observable<never>(subscriber => {
    starts += 1
    subscriber.complete()
  })
  inStreamSlot(platform, short).subscribe()
  inStreamSlot(platform, short).subscribe()
  const last = inStreamSlot(platform, NEVER).subscribe()
  expect([starts, last.closed]).toEqual([2, false])
  last.unsubscribe()
})
