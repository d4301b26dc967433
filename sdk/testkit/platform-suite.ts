import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Platform } from '../platform/platform.js'
import { startByteServer, type ByteServer } from './byte-server.js'
import { REQUEST_BEHAVIOURS } from './platform-request-behaviours.js'
import { DEVICE_BEHAVIOURS } from './platform-device-behaviours.js'

/** One thing every platform does. `run` throws where it does not. */
export interface PlatformBehaviour {
  readonly title: string
  run(platform: Platform, server: ByteServer): Promise<void>
}

/** What a suite may be told about the platform it proves. */
export interface PlatformSuiteOptions {
  /** Behaviours this platform lacks, by title, each with the reason. They are listed as skipped, with the reason. */
  gaps?: Record<string, string>
}

/** Every behaviour of the suite, in the order it is run. */
export const PLATFORM_BEHAVIOURS: readonly PlatformBehaviour[] = [...REQUEST_BEHAVIOURS, ...DEVICE_BEHAVIOURS]

/**
 * Registers the tests every adapter must pass, over real HTTP on a free loopback port. Each test gets a platform of its
 * own. A gap is declared in the call, so that what a host cannot do is read where the host is tested.
 *
 * @example
 * platformSuite('node', () => nodePlatform())
 */
export function platformSuite(
  name: string,
  makePlatform: () => Platform | Promise<Platform>,
  { gaps = {} }: PlatformSuiteOptions = {},
): void {
  const titles = PLATFORM_BEHAVIOURS.map(({ title }) => title)
  for (const gap of Object.keys(gaps)) {
    if (!titles.includes(gap)) throw new Error(`platformSuite('${name}'): no behaviour is called "${gap}"`)
  }
  describe(`platform ${name}`, () => {
    let server: ByteServer
    beforeAll(async () => void (server = await startByteServer()))
    afterAll(() => server.close())
    for (const { title, run } of PLATFORM_BEHAVIOURS) {
      const reason = gaps[title]
      const register = reason === undefined ? it : it.skip
      register(reason === undefined ? title : `${title} (gap: ${reason})`, async () => run(await makePlatform(), server))
    }
  })
}
