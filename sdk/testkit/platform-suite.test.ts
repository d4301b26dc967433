import { afterAll, describe, expect, test } from 'vitest'
import { nodePlatform } from '../../adapters/node/index.js'
import type { Platform } from '../platform/platform.js'
import { startByteServer } from './byte-server.js'
import { PLATFORM_BEHAVIOURS, platformSuite, type PlatformSuiteOptions } from './platform-suite.js'

const server = await startByteServer()
afterAll(() => server.close())

/** Breaks one thing a platform does. */
type Break = (platform: Platform) => Partial<Platform>

const wrongs: [title: string, how: Break][] = [
  ['says who it is and what it can do', ({ host }) => ({ host: { ...host, name: 'Node 20' } })],
  ['answers undefined for a key that is not stored', ({ storage }) => ({ storage: { ...storage, get: (_, done) => done(null, '') } })],
  ['stores text as it is, the empty text too', ({ storage }) => ({ storage: { ...storage, set: (key, value, done) => storage.set(key, value.trim(), done) } })],
  ['lists and deletes keys of any name', ({ storage }) => ({ storage: { ...storage, delete: (_, done) => done(null) } })],
  ['gives random bytes that differ', () => ({ randomBytes: (length, done) => done(null, new Uint8Array(length)) })],
  ['sends method, headers and body', ({ request }) => ({ request: (options, handlers) => request({ ...options, headers: {} }, handlers) })],
  ['tells status and headers before the body ends', ({ request }) => ({
    request: (options, handlers) => request(options, { ...handlers, onHead: head => handlers.onHead?.({ ...head, headers: {} }) }),
  })],
  ['reports in order: a head at most, then pieces, then one end', ({ request }) => ({
    request: (options, handlers) => request(options, { ...handlers, onEnd: end => [end, end].forEach(handlers.onEnd) }),
  })],
  ['fails once where nobody listens', ({ request }) => ({
    request: (options, handlers) => request(options, { ...handlers, onFail: () => handlers.onEnd({ status: 200, headers: {} }) }),
  })],
  ['reports nothing after an abort, and takes a second abort', ({ request }) => ({ request: (options, handlers) => (request(options, handlers), () => {}) })],
]

describe('a behaviour of the suite', () => {
  test.each(wrongs)('"%s" is missed where it is wrong, and met where it is right', async (title, how) => {
    const { run } = PLATFORM_BEHAVIOURS.find(behaviour => behaviour.title === title)!
    const platform = nodePlatform()
    await expect(run({ ...platform, ...how(platform) }, server)).rejects.toThrow()
    await run(platform, server)
  })
})

describe('platformSuite', () => {
  /** A runner that writes down what is registered. */
  function register(gaps?: Record<string, string>) {
    const log: string[] = []
    const it = Object.assign((title: string) => void log.push(title), { skip: (title: string) => void log.push('skipped: ' + title) })
    const options: PlatformSuiteOptions = { describe: (title, body) => (log.push(title), body()), it, gaps }
    platformSuite('x', () => nodePlatform(), options)
    return log
  }

  test('registers every behaviour in one group', () => {
    expect(register()).toEqual(['platform x', ...PLATFORM_BEHAVIOURS.map(({ title }) => title)])
  })
  test('skips a gap, and says why', () => {
    expect(register({ 'stores a record of 150 KB': 'too small' })).toContain('skipped: stores a record of 150 KB (gap: too small)')
  })
  test('refuses a gap that no behaviour is called by', () => {
    expect(() => register({ flies: 'no wings' })).toThrow(`platformSuite('x'): no behaviour is called "flies"`)
  })
})
