import { expect, it } from 'vitest'
import { HOST_NAMES } from './__fixtures__/all-hosts.js'
import type { HostFacts } from './host-facts.js'

it.each(HOST_NAMES)('says of %s who it is, what it promises, and how that is known', async (name) => {
  const { hostFacts } = (await import(`../${name}/${name}-quirks.ts`)) as { hostFacts: HostFacts }
  expect(hostFacts).toMatchObject({ name, tier: expect.stringMatching(/^[AB]$/), minVersion: expect.stringMatching(/^\d/), capabilities: { stream: expect.any(String) } })
  expect(Object.keys(hostFacts.known).sort()).toEqual(['randomBytes', 'request', 'signIn', 'signals', 'socket', 'storage', 'stream'])
  // What rests on nobody's word is not called known.
  expect(hostFacts.tier === 'A' || hostFacts.assumed.length > 0).toBe(true)
})
