import { describe, expect, it } from 'vitest'
import { answer, startRelay } from './__fixtures__/harness.js'
import { createGateway, type GatewayOptions } from './index.js'

const page = 'https://shop.example.com'
const production: GatewayOptions = { auth: { mode: 'production', secret: 'a-secret-of-at-least-thirty-two-bytes' }, cors: { origins: [page] } }
const preflight = (options: GatewayOptions, origin: string | undefined, wanted = 'authorization,content-type,x-sampan-log-id') =>
  createGateway(options).fetch(new Request('http://gateway.test/v1/chat/completions', {
    method: 'OPTIONS',
    headers: { ...(origin && { origin }), 'access-control-request-method': 'POST', 'access-control-request-headers': wanted },
  }))
const allowed = (response: Response) => response.headers.get('access-control-allow-origin')

describe('a preflight', () => {
  it('is answered for a listed origin, with the headers clients send and no others', async () => {
    const response = await preflight(production, page, 'Authorization, content-type, x-sampan-log-id, x-sampan-ascii, x-sampan-detach, prefer, x-evil')
    expect(response.status).toBe(204)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type, x-sampan-log-id, x-sampan-ascii, x-sampan-detach, prefer',
      vary: 'origin',
      'x-request-id': expect.stringMatching(/^req_/),
    })
  })
  it('is refused for any other, also one that looks alike', async () => {
    for (const origin of ['https://evil.example.com', `${page}.evil.com`, 'http://shop.example.com', 'null', undefined]) {
      const response = await preflight(production, origin)
      expect(response.status, origin).toBe(403)
      expect(allowed(response)).toBeNull()
      expect(await response.json()).toMatchObject({ error: { code: 'origin_not_allowed' } })
    }
  })
  it('is answered for loopback origins in development only', async () => {
    for (const origin of ['http://localhost:5173', 'http://127.0.0.1:8080', 'http://[::1]:3000']) {
      expect(allowed(await preflight({}, origin))).toBe(origin)
      expect((await preflight(production, origin)).status).toBe(403)
    }
    expect((await preflight({}, 'http://localhost.evil.com')).status).toBe(403)
  })
})

describe('an answer', () => {
  it('can be read by a listed page, stream or error, with its request id', async () => {
    const { chat, post } = await startRelay({ chunks: answer }, { cors: { origins: [page] } })
    const headers = { origin: page }
    for (const response of [await chat({}, { headers }), await post('/v1/chat/completions', {}, headers), await post('/nowhere', {}, headers)]) {
      expect(allowed(response)).toBe(page)
      expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id')
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
      await response.text()
    }
  })
  it('says nothing about origins to mini-programs, which send none, nor allows a page that is not listed', async () => {
    const { chat } = await startRelay({ chunks: answer })
    expect(allowed(await chat())).toBeNull()
    const other = await chat({}, { headers: { origin: page } })
    expect([allowed(other), other.headers.get('vary')]).toEqual([null, 'origin'])
  })
})
