import { describe, expect, test } from 'vitest'
import { errorMessage, isSampanError, SampanError, toSampanError } from './errors.js'

describe('what was thrown', () => {
  test('becomes an error of the given code, with the caller\'s details and the cause', () => {
    const cause = new TypeError('x is not a function')
    const error = toSampanError(cause, 'transport/failed', { phase: 'stream', retryable: true })
    expect(error).toMatchObject({ code: 'transport/failed', message: 'x is not a function', retryable: true, cause, details: { phase: 'stream', cause } })
  })
  test('stays itself where it is one of ours and the caller has nothing to add', () => {
    const own = new SampanError('transport/offline', 'no network')
    expect(toSampanError(own, 'transport/failed')).toBe(own)
  })
  test('keeps its code, words and details, and takes the caller\'s details as well', () => {
    const own = new SampanError('transport/server', 'HTTP 503', { retryable: true, status: 503, phase: 'connect', cause: 'why' })
    const error = toSampanError(own, 'transport/failed', { phase: 'sign-in', requestId: 'r' })
    expect(error).toMatchObject({ code: 'transport/server', message: 'HTTP 503', retryable: true, cause: 'why' })
    expect(error.details).toEqual({ retryable: true, status: 503, phase: 'sign-in', requestId: 'r', cause: 'why' })
    expect(own.details.phase).toBe('connect')
  })
  test('is recognised by what it says, also when another copy of the package made it', () => {
    const foreign = Object.assign(new Error('x'), { name: 'SampanError', code: 'transport/tls' })
    expect([isSampanError(foreign), isSampanError(foreign, 'transport/tls'), isSampanError(foreign, 'transport/offline')]).toEqual([true, true, false])
    for (const other of [undefined, null, 'SampanError', new Error('x'), { name: 'SampanError' }]) expect(isSampanError(other)).toBe(false)
  })
  test.each<[unknown, string]>([
    ['text', 'text'], [new Error('said'), 'said'], [{ errMsg: 'request:fail' }, 'request:fail'], [new Error(''), 'Error'], [undefined, 'undefined'], [7, '7'],
  ])('has a readable text: %o', (thrown, text) => {
    expect(errorMessage(thrown)).toBe(text)
  })
})
