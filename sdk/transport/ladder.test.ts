import { afterEach, describe, expect, test } from 'vitest'
import type { Authority } from './answer.js'
import { createLadder } from './ladder.js'
import type { LogRequest } from './rungs/rung.js'
import { socketRung } from './rungs/socket-hub.js'
import { DEFAULT_TIMEOUTS } from './watchdog.js'
import { nodePlatform } from '../../adapters/node/index.js'
import type { StreamKind, Platform } from '../platform/platform.js'
import { systemClock } from '../platform/platform.js'
import type { Frame } from '../protocol/frames.js'
import { startLogServer, type LogServer, type LogServerOptions } from '../testkit/log-server.js'
import type { StreamLog } from '../testkit/stream-log.js'
import { openWsSocket } from '../testkit/ws-socket.js'

const DATA = ['{"text":"你好"}', '{"text":"a\\nb"}', '{"text":""}', '[DONE]']
const servers: LogServer[] = []
afterEach(() => Promise.all(servers.splice(0).map(server => server.close())))

const answerAll = (_request: unknown, log: StreamLog): void => {
  DATA.forEach(data => log.push(data, data === '[DONE]' ? 'end' : undefined))
  log.end()
}
async function serve(answer: Parameters<typeof startLogServer>[0] = answerAll, options?: LogServerOptions): Promise<LogServer> {
  const server = await startLogServer(answer, options)
  servers.push(server)
  return server
}

function host(stream: StreamKind, more: Partial<Platform> = {}): Platform {
  const node = nodePlatform()
  // Newer Node has a socket of its own.
  return { ...node, openSocket: undefined, capabilities: { ...node.capabilities, stream }, ...more }
}
const socketHost = (): Platform => host('none', { openSocket: openWsSocket })

let minted = 0
const requestTo = (server: LogServer, more: Partial<LogRequest> = {}): LogRequest => ({
  url: server.url + '/v1/chat/completions',
  logId: 'log-' + ++minted,
  method: 'POST',
  headers: { 'x-sampan-log-id': 'log-' + minted, authorization: 'Bearer t' },
  body: '{}',
  framing: 'sse',
  timeouts: DEFAULT_TIMEOUTS,
  clock: systemClock,
  ...more,
})

const authorityOf = (_server?: LogServer): Authority => ({ authorise: take => take({ 'x-sampan-log-id': 'log-' + minted, authorization: 'Bearer t', accept: 'text/event-stream' }), isRefused: () => false })

const ladderOf = (platform: Platform, { url }: LogServer, isGateway = true) => createLadder(platform, url, isGateway, systemClock, socketRung(platform, url, systemClock))

/** All frames of a request, or its error. */
const framesOf = (platform: Platform, server: LogServer, isGateway = true, ladder = ladderOf(platform, server, isGateway)) =>
  new Promise<Frame[]>((resolve, reject) => {
    const frames: Frame[] = []
    ladder.open(requestTo(server), authorityOf(server)).subscribe({ next: frame => frames.push(frame), error: reject, complete: () => resolve(frames) })
  })

describe('the same frames', () => {
  const expected = DATA.map((data, index) => ({ data, event: data === '[DONE]' ? 'end' : '', id: String(index + 1) }))
  test.each<[string, () => Platform, string[]]>([
    ['a response that streams', () => host('bytes'), ['stream']],
    ['a socket', socketHost, ['socket']],
    ['a poll', () => host('none'), ['poll', 'page']],
  ])('come by %s', async (_way, platform, ways) => {
    const server = await serve()
    const frames = await framesOf(platform(), server)
    expect(frames.map(({ data, event, id }) => ({ data, event, id }))).toEqual(expected)
    expect(server.ways).toEqual(ways)
    expect(server.starts).toMatchObject([{ path: '/v1/chat/completions', headers: { authorization: 'Bearer t' }, body: '{}' }])
  })
  test('come at once where the server keeps no logs', async () => {
    const server = await serve(answerAll, { without: ['socket', 'poll'] })
    const frames = await framesOf(host('none'), server)
    expect(frames.map(({ data }) => data)).toEqual(DATA)
    expect(server.ways).toEqual(['stream'])
  })
  test('come at once, and nothing is asked of a log, where the server is no gateway', async () => {
    const server = await serve()
    await framesOf(socketHost(), server, false)
    expect(server.ways).toEqual(['stream'])
    expect(server.starts[0]!.headers.prefer).toBeUndefined()
  })
})

describe('frames that come one by one', () => {
  test.each<[string, () => Platform]>([['a socket', socketHost], ['a poll', () => host('none')]])('are handed over one by one by %s', async (_way, platform) => {
    const logs: StreamLog[] = []
    const server = await serve((_request, log) => void logs.push(log))
    const heard: string[] = []
    const wait = (count: number) => new Promise<void>(resolve => {
      const look = (): void => void (heard.length >= count ? resolve() : setTimeout(look, 5))
      look()
    })
    const ended = new Promise<void>((complete, error) => {
      ladderOf(platform(), server, true).open(requestTo(server), authorityOf(server)).subscribe({ next: ({ data }) => heard.push(data), error, complete })
    })
    while (!logs[0]) await new Promise(resolve => setTimeout(resolve, 5))
    for (const [index, data] of DATA.entries()) {
      logs[0].push(data)
      await wait(index + 1)
    }
    logs[0].end()
    await ended
    expect(heard).toEqual(DATA)
  })

  test.each<[string, () => Platform]>([['a socket', socketHost], ['a poll', () => host('none')]])('stop, here and at the server, when %s is left', async (_way, platform) => {
    const logs: StreamLog[] = []
    const server = await serve((_request, log) => {
      logs.push(log)
      log.push('one')
    })
    await new Promise<void>(resolve => {
      const subscription = ladderOf(platform(), server, true).open(requestTo(server), authorityOf(server)).subscribe(() => {
        setTimeout(() => {
          subscription.unsubscribe()
          resolve()
        }, 0)
      })
    })
    while (!logs[0]!.isCancelled) await new Promise(resolve => setTimeout(resolve, 5))
    expect(logs[0]!.readers).toBe(0)
  })
})

test('one socket carries several streams, and is opened once', async () => {
  const server = await serve()
  let opened = 0
  const platform = host('none', {
    openSocket(options, handlers) {
      opened += 1
      return openWsSocket(options, handlers)
    },
  })
  const ladder = ladderOf(platform, server, true)
  const all = await Promise.all([1, 2, 3].map(() => framesOf(platform, server, true, ladder)))
  expect(all.map(frames => frames.map(({ data }) => data))).toEqual([DATA, DATA, DATA])
  expect(opened).toBe(1)
})

describe('a way that does not work', () => {
  test('is left for the next in the same request, and remembered for this version of the host', async () => {
    const server = await serve(answerAll, { without: ['socket'] })
    const platform = socketHost()
    expect((await framesOf(platform, server)).map(({ data }) => data)).toEqual(DATA)
    expect(server.ways).toEqual(['poll', 'page'])
    let opened = 0
    const openSocket: Platform['openSocket'] = (options, handlers) => {
      opened += 1
      return openWsSocket(options, handlers)
    }
    await framesOf({ ...platform, openSocket }, server)
    expect(opened).toBe(0)
    await framesOf({ ...platform, openSocket, host: { ...platform.host, version: 'next' } }, server)
    expect(opened).toBe(1)
  })
  test('is no socket where the app has asked for none', async () => {
    const server = await serve()
    const platform = socketHost()
    await framesOf(platform, server, true, createLadder(platform, server.url, true, systemClock))
    expect(server.ways).toEqual(['poll', 'page'])
  })
  test('is left where a host fails before it hands the socket over', async () => {
    const server = await serve()
    const openSocket: Platform['openSocket'] = (_options, handlers) => {
      handlers.onFail({ reason: 'unknown', errMsg: 'connectSocket:fail' })
      return { send() {}, close() {} }
    }
    expect((await framesOf(host('none', { openSocket }), server)).map(({ data }) => data)).toEqual(DATA)
    expect(server.ways).toEqual(['poll', 'page'])
  })
  test('is not given up because the network was down', async () => {
    const server = await serve()
    await server.close()
    const platform = socketHost()
    await expect(framesOf(platform, server)).rejects.toMatchObject({ name: 'SampanError', retryable: true })
    const keys = await new Promise(resolve => platform.storage.keys((_failure, found) => resolve(found)))
    expect(keys).toEqual([])
  })
  test('is given up when the host turns out not to stream', async () => {
    const server = await serve()
    const capabilities = { ...host('bytes').capabilities }
    const node = nodePlatform()
    const request: Platform['request'] = (options, handlers) => {
      if (options.stream) capabilities.stream = 'none'
      return node.request(options, handlers)
    }
    const platform = host('bytes', { capabilities, request })
    await framesOf(platform, server)
    await framesOf(platform, server)
    expect(server.ways).toEqual(['stream', 'poll', 'page'])
  })
})

describe('an answer that is an error', () => {
  test.each<[string, () => Platform]>([['a response', () => host('bytes')], ['a socket', socketHost], ['a poll', () => host('none')]])('is the same error by %s, and no reason to try another way', async (_way, platform) => {
    const server = await serve(() => ({ status: 429, headers: { 'retry-after': '7' }, body: '{"error":{"message":"slow down","code":"rate_limited"}}' }))
    await expect(framesOf(platform(), server)).rejects.toMatchObject({
      code: 'transport/rate-limited',
      message: 'HTTP 429: slow down',
      details: { status: 429, retryAfterMs: 7000, providerCode: 'rate_limited', phase: 'first-byte' },
    })
    expect(new Set(server.ways).size).toBeLessThanOrEqual(1)
  })
})

test.each<[string, () => Platform]>([['a response', () => host('bytes')], ['a socket', socketHost], ['a poll', () => host('none')]])('%s that breaks is opened again behind the last frame, and the model is asked once', async (_way, platform) => {
  const server = await serve((_request, log) => {
    log.push(DATA[0]!)
    log.push(DATA[1]!)
  })
  const frames = await new Promise<Frame[]>((resolve, error) => {
    const heard: Frame[] = []
    ladderOf(platform(), server, true).open(requestTo(server), authorityOf(server)).subscribe({
      next(frame) {
        heard.push(frame)
        if (heard.length !== 2) return
        server.cut()
        const [log] = server.logs.values()
        DATA.slice(2).forEach(data => log!.push(data))
        log!.end()
      },
      error,
      complete: () => resolve(heard),
    })
  })
  expect(frames.map(({ data }) => data)).toEqual(DATA)
  expect(server.starts).toHaveLength(1)
})

test('a log that the server lost while its socket was broken ends the answer with why it broke, at once', async () => {
  const server = await serve((_request, log) => log.push(DATA[0]!))
  const platform = socketHost()
  const failed = new Promise((resolve, reject) => {
    ladderOf(platform, server).open(requestTo(server), authorityOf(server)).subscribe({
      next() {
        ;(server.logs as Map<string, StreamLog>).clear()
        server.cut()
      },
      error: resolve,
      complete: () => reject(new Error('complete')),
    })
  })
  expect(await failed).toMatchObject({ code: 'transport/failed', retryable: true })
  expect(server.ways.filter(way => way === 'socket')).toHaveLength(2)
})
