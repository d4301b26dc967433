import { randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type HostedLedgers, ledgerLimits } from '../agents/hosted-ledgers.js'

/** How ledgers are opened, and how time passes for them. */
export interface HostedLedgersBed {
  /** Opens them once more: what another gateway, or the same after a restart, has. Without: they end with their process. */
  open(): HostedLedgers
  /** Lets as much time pass as ledgers are kept. Without: they are not waited for. */
  expire?(): void
}

const entryOf = (toolCallId: string, state: 'proposed' | 'executing' | 'done' = 'proposed', result?: string) => ({ toolCallId, toolName: 'pay', fingerprint: 'f', state, ...(result !== undefined && { result }) })
/** Ids that stores, and objects, like to damage. */
const ids = ['__proto__', 'constructor', '', 'a b', '你好 🚣', '{x}', "'; DROP TABLE calls; --", 'x'.repeat(500), 'a/b']

/** What all ledgers of a gateway do. */
export function hostedLedgersSuite(name: string, { open, expire }: HostedLedgersBed): void {
  describe(`ledgers in ${name}`, () => {
    const start = () => {
      const ledgers = open()
      onTestFinished(() => ledgers.close())
      return { ledgers, user: `user ${randomUUID()} {:}` }
    }
    it('give the next run what the last one wrote, whatever its calls are called', async () => {
      const { ledgers, user } = start()
      const first = await ledgers.open(user, 't')
      for (const id of ids) await first.put(entryOf(id, 'done', '“好”\n\u0000'))
      const second = await ledgers.open(user, 't')
      expect(ids.map(id => second.get(id))).toEqual(ids.map(id => entryOf(id, 'done', '“好”\n\u0000')))
      expect(second.get('toString')).toBeUndefined()
    })
    it('are others for another user and another thread', async () => {
      const { ledgers, user } = start()
      await (await ledgers.open(user, 't')).put(entryOf('c'))
      for (const [userId, threadId] of [[`${user}x`, 't'], [user, 'u'], [`${user} t`, ''], [user, '__proto__']]) {
        expect((await ledgers.open(userId!, threadId!)).get('c')).toBeUndefined()
      }
    })
    it('let one of many runs begin a call, and the others neither begin nor end it', async () => {
      const { ledgers, user } = start()
      await (await ledgers.open(user, 't')).put(entryOf('c'))
      const runs = await Promise.all([1, 2, 3].map(() => ledgers.open(user, 't')))
      const begun = await Promise.allSettled(runs.map(run => run.put(entryOf('c', 'executing'))))
      expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
      const winner = begun.findIndex(({ status }) => status === 'fulfilled')
      for (const loser of runs.filter((_, index) => index !== winner)) await expect(loser.put(entryOf('c', 'done', 'failed'))).rejects.toThrow('unknown')
      await runs[winner]!.put(entryOf('c', 'done', 'paid'))
      expect((await ledgers.open(user, 't')).get('c')!.result).toBe('paid')
    })
    it('let one of two begin a call again that was begun before', async () => {
      const { ledgers, user } = start()
      await (await ledgers.open(user, 't')).put(entryOf('c', 'executing'))
      const runs = await Promise.all([ledgers.open(user, 't'), ledgers.open(user, 't')])
      const begun = await Promise.allSettled(runs.map(run => run.put(entryOf('c', 'executing'))))
      expect(begun.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    })
    it('write in order what nobody waits for', async () => {
      const { ledgers, user } = start()
      const run = await ledgers.open(user, 't')
      void run.put(entryOf('c'))
      void run.put(entryOf('c', 'executing'))
      expect(run.get('c')!.state).toBe('executing')
      await run.put(entryOf('c', 'done', 'x'))
      expect((await ledgers.open(user, 't')).get('c')!.state).toBe('done')
    })
    it('are erased with their user: a run that goes on writes nothing, and no other user loses any', async () => {
      const { ledgers, user } = start()
      const run = await ledgers.open(user, 't')
      await run.put(entryOf('c'))
      await (await ledgers.open(`${user}x`, 't')).put(entryOf('c'))
      await ledgers.erase(user)
      await expect(run.put(entryOf('c', 'executing'))).rejects.toThrow('erased')
      await expect(run.put(entryOf('new'))).rejects.toThrow()
      const next = await ledgers.open(user, 't')
      await expect(run.put(entryOf('newer'))).rejects.toThrow()
      expect([next.get('c'), (await ledgers.open(`${user}x`, 't')).get('c')?.state]).toEqual([undefined, 'proposed'])
    })
    it('of one user are so many: those opened longest ago go, and none of another', async () => {
      const { ledgers, user } = start()
      for (const [userId, threadId] of [[`${user}x`, 'first'], [user, 'first'], [user, 'second']]) await (await ledgers.open(userId!, threadId!)).put(entryOf('c'))
      for (let i = 0; i < ledgerLimits.maxThreadsPerUser - 2; i++) await ledgers.open(user, `t${i}`)
      const later = async () => (await new Promise(resolve => setTimeout(resolve, 2)), ledgers.open(user, 'first'))
      expect((await later()).get('c')).toBeDefined()
      await ledgers.open(user, 'one more')
      expect((await ledgers.open(user, 'second')).get('c')).toBeUndefined()
      expect([(await ledgers.open(user, 'first')).get('c'), (await ledgers.open(`${user}x`, 'first')).get('c')]).toEqual([entryOf('c'), entryOf('c')])
    })
    it('forget the oldest calls of a thread that has too many, never the last one', async () => {
      const { ledgers, user } = start()
      const run = await ledgers.open(user, 't')
      for (const id of ['1', '2', '3']) await run.put(entryOf(id, 'done', 'x'.repeat(ledgerLimits.maxBytesPerThread * 0.4)))
      const next = await ledgers.open(user, 't')
      expect(['1', '2', '3'].map(id => next.get(id) !== undefined)).toEqual([false, true, true])
      await run.put(entryOf('4', 'done', 'x'.repeat(ledgerLimits.maxBytesPerThread)))
      expect((await ledgers.open(user, 't')).get('4')).toBeDefined()
    })
    it.runIf(expire)('are gone when their time is over', async () => {
      const { ledgers, user } = start()
      const run = await ledgers.open(user, 't')
      await run.put(entryOf('c'))
      expire!()
      expect((await ledgers.open(user, 't')).get('c')).toBeUndefined()
      await expect(run.put(entryOf('c', 'executing'))).rejects.toThrow()
    })
  })
}
