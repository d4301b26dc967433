import { afterEach, beforeEach, expect, test } from 'vitest'
import { firstValueFrom, toArray } from 'rxjs'
import { connect } from './connect.js'
import { baiduPlatform } from '../../adapters/baidu/index.js'
import { wechatPlatform } from '../../adapters/wechat/index.js'
import { startByteServer, type ByteServer, type SeenRequest } from '../testkit/byte-server.js'
import { memoryStorage } from '../testkit/fake-platform.js'
import { createHostFake, type HostFake } from '../testkit/host-fakes/host-fake.js'

// Baidu on iOS tells neither status nor body of an error. A gateway that is asked for it answers with an event instead.

let server: ByteServer
let signIns = 0
const fakes: HostFake[] = []
beforeEach(async () => {
  signIns = 0
  server = await startByteServer(gateway)
})
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

/** Its first token has run out. */
function gateway({ path, headers }: SeenRequest) {
  if (path.endsWith('/sign-in')) return { chunks: [JSON.stringify({ token: `t-${++signIns}` })], headers: { 'content-type': 'application/json' } }
  if (headers.authorization !== 'Bearer t-1' && path.includes('/logs/')) return { chunks: [JSON.stringify({ frames: [{ seq: 1, data: 'paged' }], isDone: true })], headers: { 'content-type': 'application/json' } }
  if (headers.authorization !== 'Bearer t-1') return { chunks: ['data: {"text":"ok"}\n\n'] }
  const error = JSON.stringify({ error: { message: 'expired', code: 'token_expired', status: 401 } })
  return headers['x-sampan-errors'] === 'event' ? { chunks: [`id: 1\nevent: error\ndata: ${error}\n\n`] } : { status: 401, chunks: [error], headers: { 'content-type': 'application/json' } }
}

function ask(name: 'baidu' | 'wechat', platform: 'ios' | 'android') {
  const fake = createHostFake(name, { platform })
  fakes.push(fake)
  const host = name === 'baidu' ? baiduPlatform(fake.api) : wechatPlatform(fake.api)
  return firstValueFrom(connect({ platform: host, url: server.url }).open({ path: '/v1/chat/completions', body: {} }).pipe(toArray()))
}
const asked = () => server.requests.filter(({ path }) => path.endsWith('/completions')).map(({ headers }) => headers['x-sampan-errors'])

test('a host that hides errors asks for them as events, and a token that has run out is replaced', async () => {
  expect(await ask('baidu', 'ios')).toMatchObject([{ data: '{"text":"ok"}' }])
  expect([asked(), signIns]).toEqual([['event', 'event'], 2])
})

test.each([['baidu', 'android'], ['wechat', 'ios']] as const)('%s on %s shows them, and asks for nothing', async (name, platform) => {
  expect(await ask(name, platform)).toMatchObject([{ data: '{"text":"ok"}' }])
  expect([asked(), signIns]).toEqual([[undefined, undefined], 2])
})

test('a host that hides errors reads them of answers that it takes whole, too: the first of a poll, and a page', async () => {
  const fake = createHostFake('baidu', { platform: 'ios' })
  fakes.push(fake)
  const host = baiduPlatform(fake.api)
  const rungs = JSON.stringify({ host: host.host.name + ' ' + host.host.version, until: { stream: Date.now() + 1e9 } })
  const connection = connect({ platform: { ...host, storage: memoryStorage(new Map([['sampan/rungs', rungs]])) }, url: server.url })
  expect(await firstValueFrom(connection.open({ path: '/v1/chat/completions', body: {}, logId: 'log-1' }).pipe(toArray()))).toMatchObject([{ data: '{"text":"ok"}' }])
  signIns = 0
  const again = connect({ platform: { ...host, storage: memoryStorage(new Map([['sampan/rungs', rungs]])) }, url: server.url })
  expect(await firstValueFrom(again.open({ path: '/v1/chat/completions', body: {}, logId: 'log-1', joins: true }).pipe(toArray()))).toMatchObject([{ data: 'paged' }])
  expect(signIns).toBe(2)
})
