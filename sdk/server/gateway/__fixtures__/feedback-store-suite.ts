import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeedbackStore, StoredFeedback } from '../feedback/feedback-store.js'

/** How a store is opened, and how time passes for it. */
export interface FeedbackStoreBed {
  open(): Promise<FeedbackStore>
  pass(ms: number): void | Promise<void>
}

const day = { after: 0, ttlMs: 24 * 3_600_000, maxPerUser: 9 }
let counter = 0
const given = (more: Partial<StoredFeedback> = {}): StoredFeedback => ({ userId: 'u', threadId: 't', messageId: `m-${++counter}`, rating: 'up', at: counter, ...more })

/** What every store of feedback does. */
export function feedbackStoreSuite(name: string, { open, pass }: FeedbackStoreBed): void {
  describe(`${name} keeps feedback`, () => {
    let store: FeedbackStore
    beforeAll(async () => void (store = await open()))
    afterAll(() => store.close())
    const mine = async (userId: string, since = 0) => (await store.list(since, 1000)).filter(feedback => feedback.userId === userId)

    it('whole, the oldest first, from a moment on and no more than asked for', async () => {
      const all = [given({ userId: 'whole', correction: '“不对”\n', labels: ['a b'], runId: 'r' }), given({ userId: 'whole', rating: 'down' })]
      for (const feedback of all) await store.put(feedback, day)
      expect(await mine('whole')).toEqual(all)
      expect(await mine('whole', all[1]!.at)).toEqual(all.slice(1))
      expect(await store.list(all[0]!.at, 1)).toEqual(all.slice(0, 1))
    })
    it('of one message the last one, until it is taken back', async () => {
      const first = given({ userId: 'last' })
      const second = given({ ...first, rating: 'down', at: ++counter })
      await store.put(first, day)
      await store.put(second, day)
      expect(await mine('last')).toEqual([second])
      await store.delete('last', first.threadId, 'other')
      expect(await mine('last')).toHaveLength(1)
      await store.delete('last', first.threadId, first.messageId)
      expect(await mine('last')).toEqual([])
    })
    it('until all of a user is erased, and nothing of another', async () => {
      const names = ['a*', 'a', 'a b', '*', 'a%2A']
      for (const userId of names) await store.put(given({ userId }), day)
      await store.erase('a*', 60_000)
      await store.erase('*', 60_000)
      expect((await store.list(0, 1000)).map(({ userId }) => userId).filter(userId => names.includes(userId))).toEqual(['a', 'a b', 'a%2A'])
    })
    it('of so many messages of a user, the last ones; of another user more', async () => {
      const two = { ...day, maxPerUser: 2 }
      await store.put(given({ userId: 'few*' }), two)
      const all = [1, 2, 3].map(() => given({ userId: 'few' }))
      for (const feedback of all) await store.put(feedback, two)
      expect(await mine('few')).toEqual(all.slice(1))
      const again = { ...all[1]!, at: ++counter }
      await store.put(again, two)
      expect(await mine('few')).toEqual([all[2], again])
      expect(await mine('few*')).toHaveLength(1)
    })
    it('but none that was sent before an erasure and comes after it, of that user', async () => {
      const [before, other] = [given({ userId: 'late' }), given({ userId: 'late*' })]
      expect(await store.erasedAt('late')).toBe(0)
      expect(await store.put(before, day)).toBe(true)
      await store.erase('late', 60_000)
      const erasedAt = await store.erasedAt('late')
      expect(erasedAt).toBeGreaterThan(0)
      expect(await store.put(before, day)).toBe(false)
      expect(await store.put(other, day)).toBe(true)
      expect([await mine('late'), await mine('late*')]).toEqual([[], [other]])
      expect(await store.put(before, { ...day, after: erasedAt })).toBe(true)
      await store.erase('late', 60_000)
      expect(await store.erasedAt('late')).toBeGreaterThan(erasedAt)
      expect(await store.put(before, { ...day, after: erasedAt })).toBe(false)
      expect(await mine('late')).toEqual([])
    })
    it('also of one who was erased, once that is forgotten', async () => {
      await store.erase('long-ago', 9000)
      expect(await store.put(given({ userId: 'long-ago' }), day)).toBe(false)
      await pass(9000)
      expect(await store.erasedAt('long-ago')).toBe(0)
      expect(await store.put(given({ userId: 'long-ago' }), day)).toBe(true)
    })
    it('until its time is over', async () => {
      await store.put(given({ userId: 'short' }), { ...day, ttlMs: 9000 })
      expect(await mine('short')).toHaveLength(1)
      await pass(9000)
      expect(await mine('short')).toEqual([])
    })
  })
}
