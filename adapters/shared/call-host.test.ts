import { describe, expect, it, vi } from 'vitest'
import { answerOf } from '../../sdk/testkit/answer-of.js'
import { wechatQuirks } from '../wechat/wechat-quirks.js'
import { callHost } from './call-host.js'
import { callSync } from './call-sync.js'

const ask = (members: object, name: string, args: object = {}) =>
  answerOf<Record<string, unknown>>((done) => callHost({ api: { request() {}, ...members } as never, quirks: { ...wechatQuirks, callSync } }, name, args, done))

describe('callHost', () => {
  it('hands arguments over and the answer back, with the host as this', async () => {
    const host = {
      prefix: 'scanned ',
      scanCode({ text, success }: any) {
        success({ result: this.prefix + text })
      },
    }
    expect(await ask(host, 'scanCode', { text: 'x' })).toEqual({ failure: null, value: { result: 'scanned x' } })
  })
  it('answers once where a host answers twice, or throws after its answer', async () => {
    const twice = ({ success, fail }: any): void => {
      success({ a: 1 })
      fail({ errMsg: 'late' })
    }
    expect((await ask({ twice }, 'twice')).value).toEqual({ a: 1 })
  })
  it('takes what a host throws for a failure, and a missing API for unsupported', async () => {
    const bad = (): never => {
      throw new Error('bad:fail timeout')
    }
    expect((await ask({ bad }, 'bad')).failure?.reason).toBe('timeout')
    expect((await ask({}, 'bad')).failure).toMatchObject({ reason: 'unsupported', errMsg: 'no bad' })
  })
  it('does not take what the caller throws for a failure', () => {
    const good = ({ success }: any): void => success({})
    const done = vi.fn<() => void>(() => {
      throw new Error('the caller’s own')
    })
    expect(() => callHost({ api: { request() {}, good } as never, quirks: wechatQuirks }, 'good', {}, done)).toThrow('the caller’s own')
    expect(done).toHaveBeenCalledTimes(1)
  })
  it('hears an API that only rejects its promise', async () => {
    const rejects = (): Promise<never> => Promise.reject(new Error('rejects:fail not supported'))
    expect((await ask({ rejects }, 'rejects')).failure?.errMsg).toContain('rejects:fail not supported')
  })
  it('leaves no promise of a host unhandled', async () => {
    const unhandled = vi.fn<() => void>()
    process.on('unhandledRejection', unhandled)
    const both = ({ fail }: any): Promise<never> => {
      fail({ errMsg: 'both:fail cancel' })
      return Promise.reject(new Error('both:fail cancel'))
    }
    expect((await ask({ both }, 'both')).failure?.reason).toBe('cancelled')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
  it('falls back to the synchronous API, whatever that answers with', async () => {
    expect((await ask({ getThingSync: (key: string) => `value of ${key}` }, 'getThing', { key: 'k' })).value).toEqual({ data: 'value of k' })
    expect((await ask({ getThingSync: () => ({ a: 1 }) }, 'getThing')).value).toEqual({ a: 1 })
    expect((await ask({ getThingSync: () => new Error('not supported') }, 'getThing')).failure?.errMsg).toContain('not supported')
  })
})
