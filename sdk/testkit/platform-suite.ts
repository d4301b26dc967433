import type { Platform } from '../platform/platform.js'
import { startByteServer, type ByteServer } from './byte-server.js'
import { REQUEST_BEHAVIOURS } from './platform-request-behaviours.js'
import { DEVICE_BEHAVIOURS } from './platform-device-behaviours.js'

/** One thing every platform does. `run` throws where it does not. */
export interface PlatformBehaviour {
  readonly title: string
  run(platform: Platform, server: ByteServer): Promise<void>
}

/** Registers one test: its title and what it runs. */
export type RegisterTest = (title: string, run: () => Promise<void>) => unknown

/** What the suite needs of a test runner, and about the platform it proves. */
export interface PlatformSuiteOptions {
  /** Groups tests. Those of vitest, jest, mocha and `node:test` fit, here and below. */
  describe(title: string, register: () => void): unknown
  /** Registers a test, or one that is skipped. */
  it: RegisterTest & { skip: RegisterTest }
  /** Behaviours this platform lacks, by title, each with the reason. They are listed as skipped, with the reason. */
  gaps?: Record<string, string>
}

/** Every behaviour of the suite, in the order it is run. */
export const PLATFORM_BEHAVIOURS: readonly PlatformBehaviour[] = [...REQUEST_BEHAVIOURS, ...DEVICE_BEHAVIOURS]

/**
 * Registers the tests every adapter must pass, over real HTTP on a free loopback port. Each test gets a platform and a
 * server of its own. The runner is handed in, so that the testkit needs none. A gap is declared in the call, so that
 * what a host cannot do is read where the host is tested.
 *
 * @throws Error when a gap names no behaviour.
 * @example
 * import { describe, it } from 'node:test' // or vitest's, jest's, mocha's
 * platformSuite('node', () => nodePlatform(), { describe, it })
 */
export function platformSuite(
  name: string,
  makePlatform: () => Platform | Promise<Platform>,
  { describe, it, gaps = {} }: PlatformSuiteOptions,
): void {
  const titles = PLATFORM_BEHAVIOURS.map(({ title }) => title)
  for (const gap of Object.keys(gaps)) {
    if (!titles.includes(gap)) throw new Error(`platformSuite('${name}'): no behaviour is called "${gap}"`)
  }
  describe(`platform ${name}`, () => {
    for (const { title, run } of PLATFORM_BEHAVIOURS) {
      const reason = gaps[title]
      const register = reason === undefined ? it : it.skip
      register(reason === undefined ? title : `${title} (gap: ${reason})`, () => withServer(async (server) => run(await makePlatform(), server)))
    }
  })
}

async function withServer(use: (server: ByteServer) => Promise<void>): Promise<void> {
  const server = await startByteServer()
  await use(server).finally(() => server.close())
}
