import { describe, expect, it } from 'vitest'
import { answer, errorOf, manualProvider, startClient, startRelay } from './__fixtures__/harness.js'

const limited = (code: string) => ({ code, type: 'rate_limit_error' })

describe('requests a minute', () => {
  it('are counted by user, and the answer says how long to wait', async () => {
    let time = 0
    const { chat, post } = await startRelay({ chunks: answer }, { now: () => time, limits: { requestsPerMinute: 2 } })
    await (await chat()).text()
    time = 30_500
    await (await chat()).text()
    const refused = await chat()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await errorOf(refused)).toMatchObject(limited('rate_limited'))
    const other = (await (await post('/v1/sign-in', { host: 'web', guest: 'other' })).json()) as { token: string }
    expect((await chat({}, { headers: { authorization: `Bearer ${other.token}` } })).status).toBe(200)
    time = 60_001
    expect((await chat()).status).toBe(200)
  })
  it('are counted for sign-ins of everybody together', async () => {
    const { post } = await startRelay({}, { limits: { signInsPerMinute: 2 } })
    expect((await post('/v1/sign-in', { host: 'web', guest: 'a' })).status).toBe(200)
    const refused = await post('/v1/sign-in', { host: 'web', guest: 'b' })
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, 60])
    expect(await errorOf(refused)).toMatchObject(limited('rate_limited'))
  })
})

describe('sign-ins in a minute', () => {
  it('are counted by what the gateway is told is one caller', async () => {
    const { post } = await startRelay({}, { limits: { signInsPerMinute: 1, signInKey: request => request.headers.get('x-forwarded-for') ?? '' } })
    const signIn = async (from: string) => (await post('/v1/sign-in', { host: 'web' }, { 'x-forwarded-for': from })).status
    expect([await signIn('1.1.1.1'), await signIn('1.1.1.1'), await signIn('2.2.2.2')]).toEqual([200, 429, 200])
  })
})

describe('completions at a time', () => {
  it('are counted by user, and do not reach the provider beyond the limit', async () => {
    const provider = manualProvider()
    const { chat, post } = await startClient({ providers: { manual: provider }, heartbeatMs: 5, limits: { maxConcurrentStreams: 1 } })
    const open = await chat()
    const refused = await chat()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await errorOf(refused)).toMatchObject(limited('too_many_streams'))
    expect(provider.calls).toHaveLength(1)
    const other = (await (await post('/v1/sign-in', { host: 'web', guest: 'other' })).json()) as { token: string }
    const elsewhere = await chat({}, { headers: { authorization: `Bearer ${other.token}` } })
    expect(elsewhere.status).toBe(200)
    await Promise.all([open.body!.cancel(), elsewhere.body!.cancel()])
  })
  it('give their place back after a stream, an answer, an error and a wrong request', async () => {
    const { chat, provider } = await startRelay({ chunks: answer }, { limits: { maxConcurrentStreams: 1 } })
    await (await chat()).text()
    provider.use({ chunks: ['{}'] })
    expect((await chat({ stream: false })).status).toBe(200)
    provider.use({ status: 500 })
    expect((await chat()).status).toBe(500)
    provider.use({ chunks: [answer[0]!] })
    expect(await errorOf(await chat())).toMatchObject({ code: 'upstream_truncated' })
    expect((await chat({ messages: [] })).status).toBe(400)
    provider.use({ chunks: answer })
    expect((await chat()).status).toBe(200)
  })
})

describe('the size of a body', () => {
  const maxBodyBytes = 200
  it('is limited in bytes, whatever the request says about it', async () => {
    const { post, gateway } = await startRelay({}, { limits: { maxBodyBytes } })
    const exact = JSON.stringify({ host: '好'.repeat(10) }).padEnd(maxBodyBytes - 20, ' ')
    expect(Buffer.byteLength(exact)).toBe(maxBodyBytes)
    expect((await post('/v1/sign-in', exact)).status).toBe(200)
    const refused = await post('/v1/sign-in', exact + ' ')
    expect(refused.status).toBe(413)
    expect(await errorOf(refused)).toMatchObject({ code: 'body_too_large', type: 'invalid_request_error' })

    let pulls = 0
    const endless = new ReadableStream({ pull: controller => void (pulls++, controller.enqueue(new Uint8Array(64).fill(32))) }, { highWaterMark: 0 })
    const init = { method: 'POST', body: endless, duplex: 'half', headers: { 'content-length': '1' } }
    const lying = await gateway.fetch(new Request('http://gateway.test/v1/sign-in', init as RequestInit))
    expect(lying.status).toBe(413)
    expect(pulls).toBeLessThanOrEqual(5)
  })
  it('is looked at before a completion reaches the provider', async () => {
    const { chat, provider } = await startRelay({ chunks: answer }, { limits: { maxBodyBytes } })
    expect((await chat({ messages: [{ role: 'user', content: 'x'.repeat(maxBodyBytes) }] })).status).toBe(413)
    expect(provider.requests).toHaveLength(0)
  })
  it('is a wrong request when the body breaks off', async () => {
    const { gateway } = await startRelay({})
    const broken = new ReadableStream({ pull: controller => controller.error(new Error('gone')) })
    const response = await gateway.fetch(new Request('http://gateway.test/v1/sign-in', { method: 'POST', body: broken, duplex: 'half' } as RequestInit))
    expect(response.status).toBe(400)
    expect(await errorOf(response)).toMatchObject({ code: 'body_incomplete' })
  })
})
