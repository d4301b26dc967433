import { afterEach, describe, expect, test } from 'vitest'
import type { Authority } from './answer.js'
import { createLadder } from './ladder.js'
import { socketRung } from './rungs/socket-hub.js'
import { DEFAULT_TIMEOUTS } from './watchdog.js'
import { nodePlatform } from '../../adapters/node/index.js'
import { systemClock, type Platform } from '../platform/platform.js'
import { startLogServer, type LogServer } from '../testkit/log-server.js'
import { openWsSocket } from '../testkit/ws-socket.js'

const DATA = ['一', '二', '[DONE]']
const minute = 60_000
const day = 24 * 60 * minute
const begin = 1_700_000_000_000
const headers = { authorization: 'Bearer t', accept: 'text/event-stream' }
const servers: LogServer[] = []
afterEach(() => Promise.all(servers.splice(0).map(server => server.close())))

let minted = 0

/** A phone that cannot stream, whose sockets, polls and time are in the hands of the test. */
async function startPhone() {
  const server = await startLogServer((_request, log) => {
    DATA.forEach(data => log.push(data, data === '[DONE]' ? 'end' : undefined))
    log.end()
  })
  servers.push(server)
  const state = { isBroken: true, opened: 0, passed: 0 }
  const node = nodePlatform()
  const openSocket: Platform['openSocket'] = (options, handlers) => {
    state.opened += 1
    if (!state.isBroken) return openWsSocket(options, handlers)
    handlers.onFail({ reason: 'unknown', errMsg: 'connectSocket:fail' })
    return { send() {}, close() {} }
  }
  const platform: Platform = { ...node, openSocket, capabilities: { ...node.capabilities, stream: 'none' } }
  const clock = { ...systemClock, now: () => begin + state.passed }
  /** Another start of the app. */
  const start = () => createLadder(platform, server.url, true, clock, socketRung(platform, server.url, clock))
  let ladder = start()
  /** The data of an answer. */
  const ask = () =>
    new Promise<string[]>((resolve, error) => {
      const logId = 'log-' + ++minted
      const authority: Authority = { authorise: take => take({ ...headers, 'x-sampan-log-id': logId }), isRefused: () => false }
      const request = { url: server.url + '/v1/chat/completions', logId, method: 'POST', headers: {}, body: '{}', framing: 'sse', timeouts: DEFAULT_TIMEOUTS, clock } as const
      const heard: string[] = []
      ladder.open(request, authority).subscribe({ next: ({ data }) => void heard.push(data), error, complete: () => resolve(heard) })
    })
  /** Whether a socket is opened for the next answer, some time later. */
  const tries = async (ms: number): Promise<boolean> => {
    state.passed += ms
    const { opened } = state
    expect(await ask()).toEqual(DATA)
    return state.opened > opened
  }
  return { state, platform, server, ask, tries, restart: () => void (ladder = start()) }
}

describe('a socket that broke before its first frame', () => {
  test('is tried again after five minutes, and then for good where it works', async () => {
    const { state, server, tries } = await startPhone()
    expect([await tries(0), await tries(4 * minute)]).toEqual([true, false])
    state.isBroken = false
    expect(await tries(2 * minute)).toBe(true)
    await tries(minute)
    expect(server.ways.slice(-2)).toEqual(['socket', 'socket'])
  })
  test('is left for a week where it breaks again when next tried, also after a restart', async () => {
    const { tries, restart } = await startPhone()
    await tries(0)
    restart()
    expect(await tries(6 * minute)).toBe(true)
    restart()
    expect([await tries(day), await tries(5 * day), await tries(2 * day)]).toEqual([false, false, true])
  })
  test('costs minutes again where it worked in between', async () => {
    const { state, tries, restart } = await startPhone()
    await tries(0)
    state.isBroken = false
    await tries(6 * minute)
    restart()
    state.isBroken = true
    await tries(day)
    expect(await tries(6 * minute)).toBe(true)
  })
  test('is bad luck once for all answers that met with it', async () => {
    const { ask, tries } = await startPhone()
    await Promise.all([ask(), ask()])
    expect(await tries(6 * minute)).toBe(true)
  })
  test('is tried again in the same answer, where that lasts so long and its poll breaks', async () => {
    const { state, platform, server, ask } = await startPhone()
    const { request } = platform
    let polls = 0
    platform.request = (options, handlers) => {
      if (options.method !== 'GET' || ++polls > 2) return request(options, handlers)
      if (polls === 1) return request(options, { ...handlers, onEnd: end => handlers.onEnd({ ...end, body: JSON.stringify({ frames: JSON.parse(end.body as string).frames.slice(0, 1), isDone: false }) }) })
      Object.assign(state, { passed: 6 * minute, isBroken: false })
      handlers.onFail({ reason: 'timeout', errMsg: 'request:fail timeout' })
      return () => {}
    }
    expect(await ask()).toEqual(DATA)
    expect(server.ways.at(-1)).toBe('socket')
  })
  test('is remembered in a record that older versions read: until when it is not tried', async () => {
    const { platform, tries } = await startPhone()
    const read = () => new Promise<unknown>(resolve => platform.storage.get('sampan/rungs', (_failure, value) => resolve(JSON.parse(value!))))
    const host = `${platform.host.name} ${platform.host.version}`
    await tries(0)
    expect(await read()).toEqual({ host, until: { socket: begin + 5 * minute } })
    await tries(6 * minute)
    expect(await read()).toEqual({ host, until: { socket: begin + 6 * minute + 7 * day } })
  })
  test('is what a damaged record says nothing about', async () => {
    for (const until of [5, 'socket', null, { socket: 'soon' }]) {
      const { platform, tries } = await startPhone()
      const record = JSON.stringify({ host: `${platform.host.name} ${platform.host.version}`, until })
      await new Promise<void>(resolve => platform.storage.set('sampan/rungs', record, () => resolve()))
      expect([await tries(0), await tries(minute)]).toEqual([true, false])
    }
  })
})
