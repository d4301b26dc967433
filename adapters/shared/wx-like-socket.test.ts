import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHostFake, type HostFake } from '../../sdk/testkit/host-fakes/host-fake.js'
import type { HostFakeName, HostFakeOptions } from '../../sdk/testkit/host-fakes/host-fake-options.js'
import { startEchoServer, type EchoServer } from '../../sdk/testkit/host-fakes/start-echo-server.js'
import { ALL_HOSTS, HOST_NAMES } from './__fixtures__/all-hosts.js'
import { recordSocket } from './__fixtures__/socket-record.js'
import { wechatQuirks } from '../wechat/wechat-quirks.js'
import { wxLikeSocket } from './wx-like-socket.js'

let server: EchoServer
const fakes: HostFake[] = []
beforeEach(async () => void (server = await startEchoServer()))
afterEach(async () => {
  fakes.splice(0).forEach((fake) => fake.dispose())
  await server.close()
})

function phone(name: HostFakeName, options?: HostFakeOptions) {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  return { fake, platform: ALL_HOSTS[name].make(fake.api) }
}

/** Some turns of the event loop, for what must not come. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe.each(HOST_NAMES)('a socket in %s', (name) => {
  it('carries text and bytes both ways, with the headers that were asked for', async () => {
    const record = recordSocket(phone(name).platform, server.url, { 'x-run': '7' })
    await record.until(1)
    record.socket.send('{"text":"你好 🛶"}')
    await record.until(2)
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    record.socket.send(bytes.buffer)
    await record.until(3)
    expect(record.heard.slice(0, 2)).toEqual(['open', '{"text":"你好 🛶"}'])
    expect(Buffer.from(record.heard[2] as ArrayBuffer)).toEqual(Buffer.from(bytes))
    expect(server.handshakes[0]).toMatchObject({ 'x-run': '7' })
  })
  it('tells once that the server closed it, and nothing after a close of its own', async () => {
    const { fake, platform } = phone(name)
    const [left, closed] = [recordSocket(platform, server.url), recordSocket(platform, server.url)]
    await Promise.all([left.until(1), closed.until(1)])
    closed.socket.send('bye')
    await closed.until(2)
    left.socket.close()
    left.socket.close()
    await expect.poll(() => fake.sockets.open).toBe(0)
    await turns()
    // Alipay keeps the code to itself.
    expect([left.heard, closed.heard]).toEqual([['open'], ['open', name === 'alipay' ? 'close 1005' : 'close 4001 bye']])
    expect(server.closes).toContain(1000)
  })
  it('ends once where nobody listens', async () => {
    const { platform } = phone(name)
    const record = await recordSocket(platform, 'ws://127.0.0.1:1').until(1)
    await turns()
    expect(record.heard).toEqual([expect.stringMatching(/^(fail|close)/)])
  })
})

describe('wxLikeSocket', () => {
  const open = (task: object | undefined, events: string[] = []) =>
    wxLikeSocket(
      { api: { request() {}, connectSocket: () => task } as never, quirks: wechatQuirks },
      { url: 'wss://a.example', headers: {} },
      {
        onOpen: () => events.push('open'),
        onMessage: (data) => events.push(String(data)),
        onClose: (code, reason) => events.push(`close ${code} ${reason}`),
        onFail: ({ reason }) => events.push(`fail ${reason}`),
      },
    )
  /** A SocketTask that is moved by hand. */
  function handMade() {
    const heard: Record<string, (report?: object) => void> = {}
    const sent: object[] = []
    const listen = (event: string) => (listener: () => void) => void (heard[event] = listener)
    const task = { onOpen: listen('open'), onMessage: listen('message'), onClose: listen('close'), onError: listen('error'), send: (what: object) => sent.push(what), close: (what: object) => sent.push(what) }
    return { task, heard, sent }
  }

  it('takes a close code that is a text, or none', () => {
    for (const [report, told] of [[{ code: '1006', reason: 'gone' }, 'close 1006 gone'], [{ code: 1001 }, 'close 1001 '], [undefined, 'close 1005 ']] as const) {
      const { task, heard } = handMade()
      const events: string[] = []
      open(task, events)
      heard.close!(report)
      heard.close!(report)
      heard.message!({ data: 'late' })
      expect(events).toEqual([told])
    }
  })
  it('takes a message that cannot be sent for the end of the socket', () => {
    const { task } = handMade()
    const events: string[] = []
    const socket = open({ ...task, send: ({ fail }: { fail(error: object): void }) => fail({ errMsg: 'sendSocketMessage:fail interrupted' }) }, events)
    socket.send('x')
    socket.send('y')
    expect(events).toEqual(['fail suspended'])
  })
  it('survives a host that gives no task', () => {
    const events: string[] = []
    const socket = open(undefined, events)
    socket.send('x')
    socket.close()
    expect(events).toEqual(['fail unsupported'])
  })
  it('closes with code 1000 unless told another', () => {
    const { task, sent } = handMade()
    open(task).close()
    open(task).close(4000)
    expect(sent.map((what) => (what as { code: number }).code)).toEqual([1000, 4000])
  })
})

describe('a phone with a socket', () => {
  it('has it cut in the background by WeChat and by Douyin, and says so', async () => {
    for (const name of ['wechat', 'douyin'] as const) {
      const { fake, platform } = phone(name, { backgroundGraceMs: 1 })
      const record = await recordSocket(platform, server.url).until(1)
      fake.hide()
      await record.until(2)
      expect(record.heard).toEqual(['open', expect.stringMatching(/^(fail|close)/)])
    }
  })
  it('lacks openSocket where the host lacks connectSocket', () => {
    expect(HOST_NAMES.filter((name) => phone(name, { without: ['connectSocket'] }).platform.openSocket)).toEqual([])
  })
})
