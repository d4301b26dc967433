import { afterAll } from 'vitest'
import { proveHost } from './prove-host.js'
import type { HostFacts } from '../host-facts.js'
import type { Platform } from '../../../sdk/platform/platform.js'
import { createHostFake, type HostApi, type HostFake } from '../../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName, HostFakeOptions } from '../../../sdk/testkit/host-fakes/host-fake-options.js'
import { recordRequest } from '../../../sdk/testkit/request-record.js'

/** A phone of one host, and what runs on it. */
export interface HostPhone { fake: HostFake; platform: Platform }

/** How a phone is set up, and whether it has made a plain request before, as a sign-in is one. */
export interface PhoneOptions extends HostFakeOptions { isKnowing?: boolean }

/** The phones a host turns out to be if it streams bytes, text or not at all, and nobody says which. */
export const UNDECIDED: Readonly<Record<string, PhoneOptions>> = {
  'if it streams bytes': { chunks: 'bytes', isKnowing: true },
  'if it streams text': { chunks: 'text', isKnowing: true },
  'if it does not stream': { chunks: 'none', isKnowing: true },
}

/** Makes phones of one host that end with the test file, and proves the adapter on them. */
export function hostPhones(name: HostFakeName, make: (api: HostApi) => Platform) {
  const ends: (() => void)[] = []
  afterAll(() => ends.forEach((end) => end()))
  const phone = (options?: HostFakeOptions): HostPhone => {
    const fake = createHostFake(name, options)
    ends.push(fake.dispose)
    return { fake, platform: make(fake.api) }
  }
  /** A phone that has made a plain request, and so knows its tasks. */
  const knowing = async (options?: HostFakeOptions): Promise<HostPhone> => {
    const made = phone(options)
    await recordRequest(made.platform, { url: 'http://127.0.0.1:1/', stream: false }).settled
    return made
  }
  /** Runs the suite on phones, by the title of the client that each is. */
  const prove = (facts: HostFacts, phones: Readonly<Record<string, PhoneOptions>> = {}): void => {
    const makers = Object.entries({ '': {}, ...phones }).map(([title, { isKnowing, ...options }]: [string, PhoneOptions]) =>
      [title, async () => {
        const { fake, platform } = isKnowing ? await knowing(options) : phone(options)
        return { platform, putFile: (bytes: Uint8Array) => fake.addFile(bytes) }
      }] as const)
    proveHost(facts, Object.fromEntries(makers))
  }
  return { phone, knowing, prove }
}
