import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lastValueFrom } from 'rxjs'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { nodePlatform } from '../../../adapters/node/index.js'
import { connect } from '../../index.js'
import type { Platform } from '../../platform/index.js'
import { serveGateway, wechatSignIn } from './index.js'

const appSecret = 's-secret'

/** WeChat, that gives this answer; `''` never answers. */
async function wechat(answer: string, status = 200) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    if (answer) response.writeHead(status, { 'content-type': 'text/plain' }).end(answer)
  }).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => void (server.closeAllConnections(), server.close()))
  const verify = wechatSignIn({ appId: 'wx-app', appSecret, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, timeoutMs: answer ? 10_000 : 100 })
  return { asked, verify }
}

describe('who signs in at WeChat', () => {
  it('is the user of the code, asked for as WeChat wants it', async () => {
    const { asked, verify } = await wechat('{"openid":"o-1","session_key":"k","unionid":"u"}')
    expect(await verify({ host: 'wechat', code: 'c&1' })).toEqual({ userId: 'wechat:o-1' })
    const url = new URL(asked[0]!.url!, 'http://x')
    expect([asked[0]!.method, url.pathname, Object.fromEntries(url.searchParams)]).toEqual(['GET', '/sns/jscode2session', { appid: 'wx-app', secret: appSecret, js_code: 'c&1', grant_type: 'authorization_code' }])
  })
  it.each([['invalid', 40029], ['used already', 40163], ['blocked', 40226]])('is nobody where the code is %s', async (_, errcode) => {
    const { verify } = await wechat(JSON.stringify({ errcode, errmsg: 'no' }))
    expect(await verify({ host: 'wechat', code: 'c' })).toBeUndefined()
  })
  it.each([{ host: 'web', code: 'c' }, { host: 'wechat' }, { host: 'wechat', guest: 'g' }])('is nobody for %j, and WeChat is not asked', async request => {
    const { asked, verify } = await wechat('{"openid":"o-1"}')
    expect([await verify(request), asked.length]).toEqual([undefined, 0])
  })
  it.each<[string, string, number, string]>([
    ['is busy', '{"errcode":-1,"errmsg":"system error"}', 200, '-1 system error'],
    ['refuses the app', '{"errcode":40125,"errmsg":"invalid appsecret"}', 200, '40125 invalid appsecret'],
    ['gives a page of a proxy', '<html>', 502, 'status 502'],
    ['gives no user', '{"openid":""}', 200, 'status 200'],
    ['is silent', '', 200, 'TimeoutError'],
  ])('is not known where WeChat %s, and the secret is not told', async (_, answer, status, told) => {
    const { verify } = await wechat(answer, status)
    const error = await verify({ host: 'wechat', code: 'c' }).then(() => undefined, (thrown: Error) => thrown)
    expect(error!.message).toContain(told)
    expect(`${error!.message}${String(error!.cause)}`).not.toContain(appSecret)
  })
  it('is signed in by a gateway, or refused, or told to come back', async () => {
    const signIn = async (answer: string) => {
      const gateway = await serveGateway({ auth: { mode: 'production', secret: 'x'.repeat(32), verifySignIn: (await wechat(answer)).verify }, onError() {} })
      onTestFinished(() => gateway.close())
      const response = await fetch(`${gateway.url}/v1/sign-in`, { method: 'POST', body: JSON.stringify({ host: 'wechat', code: 'c' }) })
      return [response.status, ((await response.json()) as { userId?: string }).userId]
    }
    expect(await signIn('{"openid":"o-1"}')).toEqual([200, 'wechat:o-1'])
    expect(await signIn('{"errcode":40029}')).toEqual([401, undefined])
    expect(await signIn('{"errcode":40163,"errmsg":"code been used"}')).toEqual([401, undefined])
    expect(await signIn('{"errcode":-1}')).toEqual([500, undefined])
  })
  it('is told to wait a minute where they signed in too often, and whoever runs the gateway has nothing to mend', async () => {
    const onError = vi.fn<(error: unknown, requestId: string) => void>()
    const { verify } = await wechat('{"errcode":45011,"errmsg":"api minute-quota reach limit"}')
    const gateway = await serveGateway({ auth: { mode: 'production', secret: 'x'.repeat(32), verifySignIn: verify }, onError })
    onTestFinished(() => gateway.close())
    const response = await fetch(`${gateway.url}/v1/sign-in`, { method: 'POST', body: JSON.stringify({ host: 'wechat', code: 'c' }) })
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60'])
    expect(((await response.json()) as { error: { code: string } }).error.code).toBe('rate_limited')
    expect(onError).not.toHaveBeenCalled()
    const node = nodePlatform()
    const platform: Platform = { ...node, host: { ...node.host, name: 'wechat' }, signInCode: done => done(null, { code: 'c' }) }
    const failed = await lastValueFrom(connect({ platform, url: gateway.url }).open({ path: '/v1/models', method: 'GET', framing: 'body' })).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'transport/rate-limited', retryable: true, details: { retryAfterMs: 60_000 } })
  })
  it('cannot be asked without the secret', () => {
    expect(() => wechatSignIn({ appId: 'wx-app', appSecret: undefined as never })).toThrow('appSecret')
  })
})
