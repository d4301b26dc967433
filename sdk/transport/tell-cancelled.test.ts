import { describe, expect, test } from 'vitest'
import { connect, type ConnectOptions, type StreamRequest } from './connect.js'
import { answer, bytes, hear, send, watchedHost, type WatchedHost } from './__fixtures__/watched-host.js'

const BASE = 'https://ai.example.com'
const flush = () => new Promise<void>(resolve => void setImmediate(resolve))
const told = (host: WatchedHost) => host.requests.slice(1)
const nothing = { open: 0, listeners: 0, pending: 0 }
const held = ({ open, listeners, clock: { pending } }: WatchedHost) => ({ open, listeners, pending })

/** An answer that was cancelled after its first frame. `heard` becomes what whoever cancelled gets, once it does. */
function cancelled(options: Partial<ConnectOptions> = {}, request: Partial<StreamRequest> = {}) {
  const host = watchedHost()
  const heard: boolean[] = []
  const cancel = { isCancelled: true, onCancel: (listener: () => PromiseLike<boolean>) => void listener().then(value => heard.push(value)) }
  const connection = connect({ platform: host, url: BASE, getToken: () => 't', clock: host.clock, ...options })
  const answering = hear(connection.open({ path: '/v1/chat/completions', body: {}, logId: 'log-1', cancel, ...request }))
  send(host.last, bytes('id: 1\ndata: {}\n\n'))
  answering.leave()
  return { host, heard }
}
const offline = (host: WatchedHost) => host.last.handlers.onFail({ reason: 'offline', errMsg: 'request:fail' })

describe('whoever cancels', () => {
  test.each([['{"isDone":true}', true], ['{"isDone":false}', false], ['{}', true], ['', true]])('learns from %j: %s', async (body, expected) => {
    const { host, heard } = cancelled()
    expect(held(host)).not.toEqual(nothing)
    answer(host.last, body)
    await flush()
    expect([heard, held(host)]).toEqual([[expected], nothing])
  })
  test.each([[{}, 3000], [{ timeouts: { cancelMs: 500 } }, 500]])('waits no longer than the connection says: %j', async (options, ms) => {
    const { host, heard } = cancelled(options)
    host.clock.advance(ms - 1)
    await flush()
    expect(heard).toEqual([])
    host.clock.advance(1)
    await flush()
    expect([heard, host.open]).toEqual([[false], 1])
  })
  test('waits as long as it takes where it says 0', async () => {
    const { host, heard } = cancelled({ timeouts: { cancelMs: 0 } })
    host.clock.advance(19_000)
    answer(host.last, '{}')
    await flush()
    expect([heard, held(host)]).toEqual([[true], nothing])
  })
  test.each([400, 401, 404])('learns at once that the server refuses with %i, and it is not told again', async status => {
    const { host, heard } = cancelled()
    answer(host.last, '{"error":{"message":"no"}}', status)
    await flush()
    expect([heard, held(host)]).toEqual([[false], nothing])
  })
})

describe('a server that was not reached', () => {
  test.each(['online', 'show'] as const)('is told again when the host says %s, once', async signal => {
    const { host } = cancelled()
    offline(host)
    expect(told(host)).toHaveLength(1)
    host.signal('hide')
    host.signal('offline')
    expect(told(host)).toHaveLength(1)
    host.signal(signal)
    host.signal(signal)
    expect(told(host).map(({ options }) => options.url)).toEqual(Array(2).fill(BASE + '/v1/logs/log-1/cancel'))
    answer(host.last, '{"isDone":true}')
    host.clock.advance(3000)
    expect(held(host)).toEqual(nothing)
  })
  test('is told again after a time that doubles for a minute, then when the network comes back, for an hour', () => {
    const { host } = cancelled()
    const times: number[] = []
    const waiting: object[] = []
    for (let second = 0; second < 4000; second++) {
      if (second % 1000 === 999) host.signal('online')
      if (host.open) {
        times.push(second)
        offline(host)
      }
      if (second === 998) waiting.push(held(host))
      host.clock.advance(1000)
    }
    expect(times).toEqual([0, 1, 3, 7, 15, 31, 63, 999, 1999, 2999])
    expect([waiting, held(host)]).toEqual([[{ open: 0, listeners: 1, pending: 0 }], nothing])
  })
  test('is told again where it was too busy, and whoever waits still learns that it heard', async () => {
    const { host, heard } = cancelled()
    answer(host.last, '{}', 503)
    host.clock.advance(1000)
    answer(host.last, '{"isDone":true}')
    await flush()
    expect([heard, held(host)]).toEqual([[true], nothing])
  })
})

describe('a server that keeps no log', () => {
  const foreign = { getToken: undefined, providerKey: 'sk-1' }
  test('is told nothing: its request is aborted, and that is all', () => {
    const { host, heard } = cancelled(foreign)
    expect([host.requests.length, host.requests[0]!.isAborted, heard, held(host)]).toEqual([1, true, [], nothing])
  })
  test('is told at the address that the endpoint gives', async () => {
    const { host, heard } = cancelled(foreign, { stop: () => ({ path: '/v1/tasks/7/stop', body: { user: 'u' } }) })
    expect(host.last.options).toMatchObject({ url: BASE + '/v1/tasks/7/stop', method: 'POST', body: '{"user":"u"}', stream: false, headers: { authorization: 'Bearer sk-1' } })
    answer(host.last, '{"result":"success"}')
    await flush()
    expect([heard, held(host)]).toEqual([[true], nothing])
  })
  test('is told nothing while the endpoint does not know where, nor when somebody will come back', () => {
    expect(cancelled(foreign, { stop: () => undefined }).host.requests).toHaveLength(1)
    expect(cancelled(foreign, { stop: () => ({ path: '/stop' }), cancel: { isCancelled: false } }).host.requests).toHaveLength(1)
  })
})
