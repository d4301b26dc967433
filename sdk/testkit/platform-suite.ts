import { ok } from 'node:assert/strict'
import type { Platform } from '../platform/platform.js'
import { startByteServer, type ByteServer } from './byte-server.js'
import { DEVICE_BEHAVIOURS } from './platform-device-behaviours.js'
import { FILE_BEHAVIOURS } from './platform-file-behaviours.js'
import { REQUEST_BEHAVIOURS } from './platform-request-behaviours.js'

/** Puts a file where a platform can read it, as a chooser would, and gives its path. */
export type PutFile = (bytes: Uint8Array) => string | Promise<string>

/** What a behaviour is about: what is told of a host is told by these. */
export type PlatformFeature = 'request' | 'stream' | 'storage' | 'signIn' | 'signals' | 'randomBytes' | 'files' | 'device'

/** One thing every platform does. `run` throws where it does not. */
export interface PlatformBehaviour {
  readonly title: string
  /** Default `request`. */
  readonly about?: PlatformFeature
  /** The member of the port that it takes. A platform without it declares that as a gap. */
  readonly needs?: keyof Platform
  run(platform: Platform, server: ByteServer, putFile: PutFile): Promise<void>
}

/** Registers one test: its title and what it runs. */
export type RegisterTest = (title: string, run: () => Promise<void>) => unknown

/** What the suite needs of a test runner, and about the platform it proves. */
export interface PlatformSuiteOptions {
  /** Groups tests. Those of vitest, jest, mocha and `node:test` fit, here and below. */
  describe(title: string, register: () => void): unknown
  /** Registers a test, or one that is skipped. */
  it: RegisterTest & { skip: RegisterTest }
  /**
   * What this platform lacks, each with the reason: behaviours by title, which are listed as skipped, and optional members
   * of the port by name, which must be missing.
   */
  gaps?: Readonly<Record<string, string>>
  /** Puts a file on the platform that was just made. Needed where it has `uploadFile` or `readFile`. */
  putFile?(platform: Platform, bytes: Uint8Array): string | Promise<string>
}

/** Every behaviour of the suite, in the order it is run. */
export const PLATFORM_BEHAVIOURS: readonly PlatformBehaviour[] = [...REQUEST_BEHAVIOURS, ...DEVICE_BEHAVIOURS, ...FILE_BEHAVIOURS]

/**
 * Registers the tests every adapter must pass, over real HTTP on a free loopback port. Each test gets a platform and a
 * server of its own. The runner is handed in, so that the testkit needs none. What a host cannot do is declared, with the
 * reason: what is neither done nor declared fails.
 *
 * @throws Error when a gap names no behaviour and no member that a behaviour needs.
 * @example
 * import { describe, it } from 'node:test' // or vitest's, jest's, mocha's
 * platformSuite('node', () => nodePlatform(), { describe, it, gaps: { signInCode: 'there is no user', invoke: 'there is no phone' } })
 */
export function platformSuite(name: string, makePlatform: () => Platform | Promise<Platform>, options: PlatformSuiteOptions): void {
  const { describe, it, gaps = {}, putFile } = options
  const known = PLATFORM_BEHAVIOURS.flatMap(({ title, needs }) => [title, needs as string | undefined])
  for (const gap of Object.keys(gaps)) {
    if (!known.includes(gap)) throw new Error(`platformSuite('${name}'): no behaviour is called "${gap}"`)
  }
  const files = (platform: Platform): PutFile => bytes => {
    if (!putFile) throw new Error(`platformSuite('${name}') needs putFile, to try what has to do with files`)
    return putFile(platform, bytes)
  }
  describe(`platform ${name}`, () => {
    for (const member of Object.keys(gaps).filter(gap => !PLATFORM_BEHAVIOURS.some(({ title }) => title === gap))) {
      it(`has no ${member} (gap: ${gaps[member]})`, async () => ok((await makePlatform())[member as keyof Platform] === undefined, `there is a ${member} after all`))
    }
    for (const { title, needs, run } of PLATFORM_BEHAVIOURS) {
      const reason = gaps[title] ?? (needs && gaps[needs])
      const register = reason === undefined ? it : it.skip
      register(reason === undefined ? title : `${title} (gap: ${reason})`, () => withServer(async server => {
        const platform = await makePlatform()
        ok(!needs || platform[needs], `platform ${name} has no ${needs}: declare it as a gap, with the reason`)
        await run(platform, server, files(platform))
      }))
    }
  })
}

async function withServer(use: (server: ByteServer) => Promise<void>): Promise<void> {
  const server = await startByteServer()
  await use(server).finally(() => server.close())
}
