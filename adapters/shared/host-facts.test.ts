import { expect, it } from 'vitest'
import { HOST_NAMES } from './__fixtures__/all-hosts.js'
import { describeHost, gapsOf, type HostFacts } from './host-facts.js'
import { AS_IN_WECHAT } from './quirks.js'

it.each(HOST_NAMES)('says of %s who it is, what it promises, and how that is known', async (name) => {
  const { hostFacts } = (await import(`../${name}/${name}-facts.ts`)) as { hostFacts: HostFacts }
  expect(hostFacts).toMatchObject({ name, tier: expect.stringMatching(/^[AB]$/), minVersion: expect.stringMatching(/^\d/), capabilities: { stream: expect.any(String) } })
  expect(Object.keys(hostFacts.known).sort()).toEqual(['device', 'files', 'randomBytes', 'request', 'signIn', 'signals', 'socket', 'storage', 'stream'])
  // What rests on nobody's word is not called known.
  expect(hostFacts.tier === 'A' || hostFacts.assumed.length > 0).toBe(true)
})

it('finds what a client lacks by its title, and else what the ordinary one lacks', () => {
  const [gaps, fewer] = [{ a: { en: 'a', zh: '甲' } }, { b: { en: 'b', zh: '乙' } }]
  const quirks = { ...AS_IN_WECHAT, name: 'nokia', capabilities: { stream: 'none', maxStreams: 1 } } as const
  const known = {} as HostFacts['known']
  const facts = describeHost(quirks, { tier: 'B', known, assumed: [], ways: {}, gaps, clients: [{ title: { en: 'on Linux', zh: 'Linux' }, gaps: fewer }] })
  expect([gapsOf(facts, ''), gapsOf(facts, 'on Linux'), gapsOf(facts, 'on Mars')]).toEqual([gaps, fewer, gaps])
})
