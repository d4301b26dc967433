import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { nodePlatform } from '../../adapters/node/index.js'
import type { Platform } from '../platform/platform.js'
import { startByteServer } from './byte-server.js'
import { PLATFORM_BEHAVIOURS, platformSuite, type PlatformSuiteOptions, type PutFile } from './platform-suite.js'

const server = await startByteServer()
afterAll(() => server.close())

const directory = mkdtempSync(join(tmpdir(), 'sampan-suite-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const putFile: PutFile = bytes => {
  writeFileSync(join(directory, 'memo'), bytes)
  return join(directory, 'memo')
}

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
  ['uploads a file in a form, with its fields and headers', ({ uploadFile }) => ({ uploadFile: (options, handlers) => uploadFile!({ ...options, fields: {} }, handlers) })],
  ['takes every status of an upload for an answer', ({ uploadFile }) => ({
    uploadFile: (options, handlers) => uploadFile!(options, { ...handlers, onEnd: end => handlers.onEnd({ ...end, status: 200 }) }),
  })],
  ['reports nothing of an upload that was stopped', ({ uploadFile }) => ({ uploadFile: (options, handlers) => (uploadFile!(options, handlers), () => {}) })],
  ['fails once to upload a file that is not there', ({ uploadFile }) => ({
    uploadFile: (options, handlers) => uploadFile!(options, { ...handlers, onFail: () => handlers.onEnd({ status: 200, headers: {} }) }),
  })],
  ['reads a file as bytes', () => ({ readFile: (_path, done) => done(null, new ArrayBuffer(3)) })],
  ['fails to read a file that is not there', () => ({ readFile: (_path, done) => done(null, new ArrayBuffer(0)) })],
  ['reports nothing after an abort, and takes a second abort', ({ request }) => ({ request: (options, handlers) => (request(options, handlers), () => {}) })],
]

describe('a behaviour of the suite', () => {
  test.each(wrongs)('"%s" is missed where it is wrong, and met where it is right', async (title, how) => {
    const { run } = PLATFORM_BEHAVIOURS.find(behaviour => behaviour.title === title)!
    const platform = nodePlatform()
    await expect(run({ ...platform, ...how(platform) }, server, putFile)).rejects.toThrow()
    await run(platform, server, putFile)
  })
})

describe('platformSuite', () => {
  const tests = new Map<string, () => Promise<void>>()
  /** A runner that writes down what is registered. */
  function register(gaps?: Record<string, string>) {
    const log: string[] = []
    tests.clear()
    const it = Object.assign((title: string, run: () => Promise<void>) => {
      log.push(title)
      tests.set(title, run)
    }, { skip: (title: string) => void log.push('skipped: ' + title) })
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
  test('skips all that needs a member that is missing, and fails where it is not missing', async () => {
    const log = register({ uploadFile: 'no network' })
    expect(log.filter(title => title.startsWith('skipped: '))).toHaveLength(PLATFORM_BEHAVIOURS.filter(({ needs }) => needs === 'uploadFile').length)
    await expect(tests.get('has no uploadFile (gap: no network)')!()).rejects.toThrow('there is a uploadFile after all')
    register({ signInCode: 'there is no user' })
    await tests.get('has no signInCode (gap: there is no user)')!()
  })
  test('fails where a member is missing and nobody said so', async () => {
    register()
    await expect(tests.get('gives a fresh sign-in code to each of several callers')!()).rejects.toThrow('platform x has no signInCode: declare it as a gap')
  })
  test('says where files are to be tried and nobody puts any', async () => {
    register()
    await expect(tests.get('reads a file as bytes')!()).rejects.toThrow('needs putFile')
  })
  test('refuses a gap that no behaviour is called by', () => {
    expect(() => register({ flies: 'no wings' })).toThrow(`platformSuite('x'): no behaviour is called "flies"`)
  })
})
