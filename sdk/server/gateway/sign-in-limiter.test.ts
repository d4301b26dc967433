import { describe, expect, it } from 'vitest'
import { errorOf, startClient } from './__fixtures__/harness.js'
import type { LimitOptions } from './index.js'
import { networkOf } from './sign-in-limiter.js'

async function start(limits: LimitOptions) {
  const clock = { time: 0 }
  const { post } = await startClient({ now: () => clock.time, limits: { signInKey: request => request.headers.get('x-from') ?? '', ...limits } })
  const ask = (from: string) => post('/v1/sign-in', { host: 'web' }, { 'x-from': from })
  const signIn = async (from: string): Promise<number> => (await ask(from)).status
  // The harness has signed in once.
  clock.time = 60_000
  return { clock, ask, signIn }
}

describe('sign-ins of everybody together', () => {
  it('have a limit, so that many addresses are not many limits', async () => {
    const { clock, ask, signIn } = await start({ allSignInsPerMinute: 3 })
    const statuses = [await signIn('1.1.1.1'), await signIn('1.1.1.2'), await signIn('1.1.1.3')]
    clock.time += 20_000
    const refused = await ask('1.1.1.4')
    expect([...statuses, refused.status, refused.headers.get('retry-after')]).toEqual([200, 200, 200, 429, '40'])
    expect(await errorOf(refused)).toMatchObject({ code: 'rate_limited' })
    clock.time += 40_000
    expect(await signIn('1.1.1.4')).toBe(200)
  })
  it('are not used up by what one is refused', async () => {
    const { signIn } = await start({ signInsPerMinute: 1, allSignInsPerMinute: 2 })
    const flood = await Promise.all(Array.from({ length: 5 }, () => signIn('1.1.1.1')))
    expect([flood.sort(), await signIn('1.1.1.2')]).toEqual([[200, 429, 429, 429, 429], 200])
  })
})

describe('an IPv6 address', () => {
  it('counts with all of its network', async () => {
    const { signIn } = await start({ signInsPerMinute: 1 })
    const statuses = [await signIn('2001:db8:0:1::1'), await signIn('2001:db8:0:1:ffff::2'), await signIn('2001:db8:0:2::1')]
    expect(statuses).toEqual([200, 429, 200])
  })
  it.each([
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['1:2:3:4::', '1:2:3:4::/64'],
    ['::', '0:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1::4:5:6:7:8', '1:0:0:4::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['64:ff9b:1::203.0.113.7', '64:ff9b:1:0::/64'],
    // What is no such address is a key of the app's own.
    ['203.0.113.7', '203.0.113.7'],
    ['tenant:7', 'tenant:7'],
    ['50%', '50%'],
    ['', ''],
  ])('%s is counted as %s', (key, network) => {
    expect(networkOf(key)).toBe(network)
  })
})
