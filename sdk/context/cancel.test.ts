import { describe, expect, it } from 'vitest'
import { createCancel } from './cancel.js'

describe('createCancel', () => {
  it('tells all listeners once, in order', () => {
    const cancel = createCancel()
    const told: number[] = []
    cancel.signal.onCancel(() => void told.push(1))
    cancel.signal.onCancel(() => void told.push(2))
    expect(cancel.signal.isCancelled).toBe(false)
    cancel.cancel()
    cancel.cancel()
    expect([cancel.signal.isCancelled, told]).toEqual([true, [1, 2]])
  })
  it('tells who listens late at once', () => {
    const cancel = createCancel()
    cancel.cancel()
    let told = 0
    cancel.signal.onCancel(() => void told++)()
    expect(told).toBe(1)
  })
  it('does not tell who has stopped listening, and of two with one function only that one', () => {
    const cancel = createCancel()
    let told = 0
    const listener = (): void => void told++
    const stop = cancel.signal.onCancel(listener)
    cancel.signal.onCancel(listener)
    stop()
    stop()
    cancel.cancel()
    expect(told).toBe(1)
  })
  it('does not tell who is stopped by somebody told before', () => {
    const cancel = createCancel()
    let told = 0
    let stop = (): void => {}
    cancel.signal.onCancel(() => stop())
    stop = cancel.signal.onCancel(() => void told++)
    cancel.cancel()
    expect(told).toBe(0)
  })
  it('tells the others although one throws, then throws that', () => {
    const cancel = createCancel()
    let told = 0
    cancel.signal.onCancel(() => { throw new Error('first') })
    cancel.signal.onCancel(() => { throw new Error('second') })
    cancel.signal.onCancel(() => void told++)
    expect(() => cancel.cancel()).toThrow('first')
    expect(told).toBe(1)
  })
})

describe('what cancelling gives', () => {
  const later = <T>(value: T) => Promise.resolve(value)
  it('is true where nobody had to tell anybody, and the same each time', async () => {
    const cancel = createCancel()
    cancel.signal.onCancel(() => false)
    const heard = cancel.cancel()
    expect(cancel.cancel()).toBe(heard)
    expect(await heard).toBe(true)
  })
  it.each([[[true, true], true], [[true, false], false], [[undefined, 1], true], [[], true]])('of listeners that say %j is %s', async (values, expected) => {
    const cancel = createCancel()
    values.forEach(value => cancel.signal.onCancel(() => later(value)))
    expect(await cancel.cancel()).toBe(expected)
  })
  it('is false where a listener fails later', async () => {
    const cancel = createCancel()
    cancel.signal.onCancel(() => Promise.reject(new Error('no')))
    expect(await cancel.cancel()).toBe(false)
  })
  it('waits for who was told, and for who listens only while the others are told', async () => {
    const cancel = createCancel()
    const settle: ((value: boolean) => void)[] = []
    const slow = () => new Promise<boolean>(resolve => settle.push(resolve))
    cancel.signal.onCancel(() => void cancel.signal.onCancel(slow))
    cancel.signal.onCancel(slow)
    let heard: boolean | undefined
    void cancel.cancel().then(value => (heard = value))
    await new Promise(setImmediate)
    settle[0]!(false)
    await new Promise(setImmediate)
    expect(heard).toBeUndefined()
    settle[1]!(true)
    await new Promise(setImmediate)
    expect(heard).toBe(false)
  })
  it('of a parent is what its children give, also of one that is cancelled on the way', async () => {
    for (const isLeft of [false, true]) {
      const parent = createCancel()
      let child = createCancel()
      parent.signal.onCancel(() => {
        if (!isLeft) return
        child.release()
        void child.cancel()
      })
      child = createCancel(parent.signal)
      child.signal.onCancel(() => later(false))
      expect(await parent.cancel()).toBe(false)
    }
  })
})

describe('a child', () => {
  it('is cancelled with its parent, and not the other way round', () => {
    const parent = createCancel()
    const [child, other] = [createCancel(parent.signal), createCancel(parent.signal)]
    child.cancel()
    expect([parent.signal.isCancelled, other.signal.isCancelled]).toEqual([false, false])
    parent.cancel()
    expect(other.signal.isCancelled).toBe(true)
  })
  it('of a cancelled parent is cancelled', () => {
    const parent = createCancel()
    parent.cancel()
    expect(createCancel(parent.signal).signal.isCancelled).toBe(true)
  })
  it('that is released leaves no trace in its parent', () => {
    let listeners = 0
    const parent = { isCancelled: false, onCancel: () => (listeners++, () => void listeners--) }
    const child = createCancel(parent)
    expect(listeners).toBe(1)
    child.release()
    expect([listeners, child.signal.isCancelled]).toEqual([0, false])
  })
})
