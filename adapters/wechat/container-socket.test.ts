import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHostFake, type HostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import { startEchoServer, type EchoServer } from '../../sdk/testkit/host-fakes/start-echo-server.js'
import { recordSocket } from '../shared/__fixtures__/socket-record.js'
import { containerSocket, wechatPlatform, wechatSocket } from './index.js'

let server: EchoServer
let fake: HostFake
beforeEach(async () => {
  server = await startEchoServer()
  fake = createHostFake('wechat')
})
afterEach(async () => {
  fake.dispose()
  await server.close()
})

/** A `wx.cloud` that answers late with a SocketTask, as its typings say. */
function withCloud() {
  const asked: any[] = []
  const connectContainer = (options: any): void => {
    asked.push(options)
    setImmediate(() => options.success({ socketTask: (fake.api['connectSocket'] as (option: object) => object)({ url: server.url + options.path, header: options.header }) }))
  }
  const wx = { ...fake.api, cloud: { connectContainer } }
  return { asked, platform: wechatPlatform(wx, { openSocket: containerSocket(wx, { service: 'gateway', config: { env: 'prod' } }) }) }
}

describe('containerSocket', () => {
  it('opens the service by its path, and carries messages both ways', async () => {
    const { asked, platform } = withCloud()
    const record = recordSocket(platform, 'wss://gateway.example.com:8443/v1/socket?a=1', { 'x-run': '7' })
    await record.until(1)
    record.socket.send('你好')
    await record.until(2)
    expect(record.heard).toEqual(['open', '你好'])
    expect(asked[0]).toMatchObject({ service: 'gateway', config: { env: 'prod' }, path: '/v1/socket?a=1', header: { 'x-run': '7' } })
    record.socket.close()
  })
  it('closes a socket that was given up before it was there', () => {
    const closes: number[] = []
    const listen = () => {}
    const socketTask = { onOpen: listen, onMessage: listen, onClose: listen, onError: listen, close: ({ code }: { code: number }) => closes.push(code) }
    let answer: { success(result: object): void } | undefined
    const wx = { ...fake.api, cloud: { connectContainer: (options: any) => void (answer = options) } }
    const record = recordSocket(wechatPlatform(wx, { openSocket: containerSocket(wx, { service: 'gateway' }) }), 'wss://a.example/v1')
    record.socket.close()
    expect(closes).toEqual([])
    answer!.success({ socketTask })
    expect([closes, record.heard]).toEqual([[1000], []])
  })
  it('fails once where the cloud refuses', () => {
    const wx = { ...fake.api, cloud: { connectContainer: ({ fail }: any) => void fail({ errMsg: 'cloud.connectContainer:fail service not found' }) } }
    const record = recordSocket(wechatPlatform(wx, { openSocket: containerSocket(wx, { service: 'none' }) }), 'wss://a.example/v1')
    expect(record.heard).toEqual(['fail unknown'])
  })
  it('is one choice, connectSocket another, and none the default', async () => {
    const record = await recordSocket(wechatPlatform(fake.api, { openSocket: wechatSocket(fake.api) }), server.url).until(1)
    expect(record.heard).toEqual(['open'])
    expect(wechatPlatform(fake.api).openSocket).toBeUndefined()
  })
})
