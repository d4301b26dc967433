import { describe, expect, test } from 'vitest'
import { socketRung } from './socket-hub.js'
import { connect, type Connection } from '../connect.js'
import { answer, hear, watchedHost, type Heard, type WatchedHost } from '../__fixtures__/watched-host.js'
import type { SocketHandlers } from '../../platform/platform.js'
import type { Frame } from '../../protocol/frames.js'
import type { SocketCommand, SocketReply } from '../../protocol/log-wire.js'

interface FakeSocket { handlers: SocketHandlers; sent: SocketCommand[]; isClosed: boolean }

/** A host that streams by sockets only. They open at once, and say what the test says. */
function start() {
  const sockets: FakeSocket[] = []
  const host = watchedHost({
    capabilities: { stream: 'none' },
    members: {
      openSocket(_options, handlers) {
        const socket: FakeSocket = { handlers, sent: [], isClosed: false }
        sockets.push(socket)
        handlers.onOpen()
        return { send: text => void socket.sent.push(JSON.parse(text as string)), close: () => (socket.isClosed = true) }
      },
    },
  })
  const connection = connect({ platform: host, url: 'https://ai.example.com', getToken: () => 't', clock: host.clock, socket: socketRung })
  return { host, connection, sockets }
}
const ask = (connection: Connection, logId: string): Heard<Frame> => hear(connection.open({ path: '/v1/chat/completions', body: {}, logId }))
const say = ({ handlers }: FakeSocket, ...replies: SocketReply[]): void => replies.forEach(reply => handlers.onMessage(JSON.stringify(reply)))
const frame = (id: string, seq: number): SocketReply => ({ type: 'frame', id, seq, data: id + seq })
const told = ({ sent }: FakeSocket) => sent.map(({ type, id }) => type + ' ' + id)
const texts = (heard: Heard<Frame>) => heard.values.map(({ data }) => data)
const end = (socket: FakeSocket, ...ids: string[]): void => ids.forEach(id => say(socket, { type: 'end', id }))
const held = ({ open, listeners, clock: { pending } }: WatchedHost) => ({ open, listeners, pending })

describe('a socket that broke under several answers', () => {
  test('is opened once more for all of them, and stays open while they come', () => {
    const { host, connection, sockets } = start()
    const heard = ['a', 'b', 'c'].map(id => ask(connection, id))
    say(sockets[0]!, frame('a', 1), frame('b', 1), frame('c', 1))
    sockets[0]!.handlers.onClose(1006, '')
    host.clock.advance(500)
    expect(sockets).toHaveLength(2)
    expect(told(sockets[1]!).sort()).toEqual(['resume a', 'resume b', 'resume c'])
    for (let seq = 2; seq < 6; seq++) {
      say(sockets[1]!, frame('a', seq), frame('b', seq), frame('c', seq))
      host.clock.advance(20_000)
      expect(sockets[1]!.isClosed).toBe(false)
    }
    end(sockets[1]!, 'a', 'b', 'c')
    expect(heard.map(texts)).toEqual(['a', 'b', 'c'].map(id => [1, 2, 3, 4, 5].map(seq => id + seq)))
    expect(held(host)).toEqual({ open: 0, listeners: 0, pending: 1 })
    host.clock.advance(30_000)
    expect([sockets[1]!.isClosed, held(host)]).toEqual([true, { open: 0, listeners: 0, pending: 0 }])
  })
})

test('a socket that fails, as the host says it, goes on as well: it is no matter of connecting', () => {
  const { host, connection, sockets } = start()
  const heard = ask(connection, 'a')
  say(sockets[0]!, frame('a', 1))
  sockets[0]!.handlers.onFail({ reason: 'unknown', errMsg: 'onSocketError' })
  host.clock.advance(500)
  say(sockets[1]!, frame('a', 2))
  end(sockets[1]!, 'a')
  expect([texts(heard), heard.error]).toEqual([['a1', 'a2'], undefined])
})

describe('a socket that says nothing any more', () => {
  test('is left for a new one, on which every answer goes on', () => {
    const { host, connection, sockets } = start()
    const heard = ['a', 'b'].map(id => ask(connection, id))
    say(sockets[0]!, { type: 'start', id: 'a', status: 200, headers: {} }, frame('a', 1), frame('b', 1))
    host.clock.advance(45_000)
    expect(sockets[0]!.isClosed).toBe(true)
    host.clock.advance(500)
    expect(sockets).toHaveLength(2)
    expect(told(sockets[1]!).sort()).toEqual(['resume a', 'resume b'])
    say(sockets[0]!, frame('a', 2))
    say(sockets[1]!, frame('a', 2), frame('b', 2))
    end(sockets[1]!, 'a', 'b')
    expect(heard.map(texts)).toEqual([['a1', 'a2'], ['b1', 'b2']])
  })
  test('is left also before it has said anything, for a poll', () => {
    const { host, connection, sockets } = start()
    ask(connection, 'a')
    host.clock.advance(20_000)
    expect([sockets[0]!.isClosed, host.last.options.headers.prefer]).toEqual([true, 'respond-async'])
    answer(host.last, { log: 'a' }, 202)
    expect(host.last.options.url).toContain('/v1/logs/a?after=0')
  })
})

test('a socket that is used again in time is the same one', () => {
  const { host, connection, sockets } = start()
  for (const id of ['a', 'b', 'c']) {
    const heard = ask(connection, id)
    say(sockets[0]!, frame(id, 1))
    end(sockets[0]!, id)
    expect([texts(heard), heard.isEnded]).toEqual([[id + 1], true])
    host.clock.advance(29_999)
  }
  expect([sockets.length, sockets[0]!.isClosed]).toEqual([1, false])
  host.clock.advance(1)
  expect([sockets[0]!.isClosed, held(host)]).toEqual([true, { open: 0, listeners: 0, pending: 0 }])
})
