import { afterAll, describe, it } from 'vitest'
import type { Platform } from '../../../sdk/platform/platform.js'
import { createHostFake, type HostApi, type HostFake } from '../../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName, HostFakeOptions } from '../../../sdk/testkit/host-fakes/host-fake-options.js'
import { platformSuite } from '../../../sdk/testkit/platform-suite.js'
import { recordRequest } from '../../../sdk/testkit/request-record.js'

/** Behaviours that some hosts lack, by the titles of the suite. */
export const PIECES = 'hands over a stream in pieces while it is being sent'
export const CUTS = 'loses and repeats nothing, wherever the bytes are cut'
export const EARLY_HEAD = 'tells status and headers before the body ends'
export const CODES = 'gives a fresh sign-in code to each of several callers'

/** Gaps that many hosts have, with the reason. */
export const NO_STREAM = { [PIECES]: 'its requests hand over nothing before the end' }
export const NO_HEAD = { [EARLY_HEAD]: 'its task tells no headers' }

/** A phone of one host, and what runs on it. */
export interface HostPhone { fake: HostFake; platform: Platform }

/** Makes phones of one host that end with the test file, and proves the adapter on them. */
export function hostPhones(name: HostFakeName, make: (api: HostApi) => Platform) {
  const ends: (() => void)[] = []
  afterAll(() => ends.forEach((end) => end()))
  const phone = (options?: HostFakeOptions): HostPhone => {
    const fake = createHostFake(name, options)
    ends.push(fake.dispose)
    return { fake, platform: make(fake.api) }
  }
  /** A phone that has made a plain request, as a sign-in is one, and so knows its tasks. */
  const knowing = async (options?: HostFakeOptions): Promise<HostPhone> => {
    const made = phone(options)
    await recordRequest(made.platform, { url: 'http://127.0.0.1:1/', stream: false }).settled
    return made
  }
  const suite = (title: string, options: HostFakeOptions, gaps: Record<string, string>, isKnowing = false): void =>
    platformSuite(`${name}${title}`, async () => (isKnowing ? await knowing(options) : phone(options)).platform, { describe, it, gaps })
  return { phone, knowing, suite }
}
