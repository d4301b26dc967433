import { describe, expect, it } from 'vitest'
import type { HostSignal } from '../platform/platform.js'
import { answerOf } from './answer-of.js'
import { bytesOf, fakePlatform } from './fake-platform.js'
import { bodyText, recordRequest } from './request-record.js'

describe('fakePlatform', () => {
  it('keeps each request for the test to answer, and knows which were aborted', async () => {
    const platform = fakePlatform()
    const records = ['a', 'b'].map((url) => recordRequest(platform, { url }))
    const [first, second] = platform.requests
    first!.handlers.onHead?.({ status: 200, headers: {} })
    first!.handlers.onChunk?.('one')
    first!.handlers.onEnd({ headers: {} })
    records[1]!.stop()
    expect(records[0]!.calls).toEqual(['head', 'chunk', 'end'])
    expect([first!.options.url, first!.isAborted, second!.isAborted]).toEqual(['a', false, true])
  })
  it('answers inside request where it is told how', () => {
    const platform = fakePlatform({ onRequest: ({ options, handlers }) => handlers.onEnd({ status: 200, headers: {}, body: options.url }) })
    expect(bodyText(recordRequest(platform, { url: 'now' }))).toBe('now')
  })
  it('shows what is stored, and starts with what an earlier app left', async () => {
    const { storage, stored } = fakePlatform({ stored: new Map([['old', '1']]) })
    await answerOf<void>((done) => storage.set('new', '2', done))
    await answerOf<void>((done) => storage.delete('old', done))
    expect((await answerOf((done) => storage.get('old', done))).value).toBeUndefined()
    expect([[...stored], (await answerOf<string[]>(storage.keys)).value]).toEqual([[['new', '2']], ['new']])
  })
  it('tells each listener until that one stops', () => {
    const platform = fakePlatform()
    const heard: HostSignal[] = []
    const listener = (signal: HostSignal): void => void heard.push(signal)
    const stops = [platform.onSignal(listener), platform.onSignal(listener)]
    platform.signal('hide')
    stops[0]!()
    stops[0]!()
    platform.signal('show')
    stops[1]!()
    platform.signal('hide')
    expect(heard).toEqual(['hide', 'hide', 'show'])
  })
  it('is what the options make of it', () => {
    const platform = fakePlatform({ capabilities: { stream: 'none' }, isRelease: true, members: { signInCode: (done) => done(null, { code: 'c' }) } })
    expect(platform).toMatchObject({ host: { isRelease: true }, capabilities: { stream: 'none', abort: true } })
    expect(platform.signInCode).toBeTypeOf('function')
    expect(fakePlatform().signInCode).toBeUndefined()
  })
})

describe('bytesOf', () => {
  it('cuts a text into bytes, each piece with a buffer of its own', () => {
    expect(bytesOf('你好', [1, 2]).map((piece) => [...piece])).toEqual([[0xe4], [0xbd, 0xa0], [0xe5, 0xa5], [0xbd]])
    expect(bytesOf('你好', [1, 2]).map((piece) => piece.buffer.byteLength)).toEqual([1, 2, 2, 1])
    expect([bytesOf('ab').length, bytesOf('').length]).toEqual([1, 0])
  })
})
