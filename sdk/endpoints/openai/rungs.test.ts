import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recordings, type Recording } from './__fixtures__/recordings.js'
import { logOf } from './__fixtures__/read-response.js'
import { openai } from './openai.js'
import { createRunContext } from '../../context/run-context.js'
import type { ModelEvent } from '../../contracts.js'
import type { HostEvent, Platform, RequestHandlers } from '../../platform/platform.js'
import type { LogFrame, LogPage, SocketCommand, SocketReply } from '../../protocol/log-wire.js'
import { fakePlatform, type FakePlatformOptions } from '../../testkit/fake-platform.js'
import { createTestClock } from '../../testkit/test-clock.js'
import { connect, socketRung } from '../../transport/index.js'

// One recording, one log of events, by whichever way it comes and however it is cut on that way.

/** Cuts a list or a text at these places. */
function cut<T extends string | Uint8Array | unknown[]>(whole: T, places: readonly number[]): T[] {
  const ends = [...new Set(places.map(place => place % (whole.length + 1)))].sort((a, b) => a - b).concat(whole.length)
  let from = 0
  return ends.map(end => {
    const piece = whole.slice(from, end) as T
    from = end
    return piece
  })
}

/** The events of a recording, as somebody else's parser reads them. */
function eventsOf({ bytes }: Recording): HostEvent[] {
  const events: HostEvent[] = []
  const parser = createParser({ onEvent: ({ data, event }) => events.push({ data, ...(event && { event }) }) })
  parser.feed(new TextDecoder().decode(bytes))
  return events
}
const framesOf = (recording: Recording): LogFrame[] => eventsOf(recording).map(({ data, event }, index) => ({ seq: index + 1, data, ...(event && { event }) }))
const ascii = (text: string): string => text.replace(/[^\0-\x7f]/g, char => '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0'))
const json = (status: number, body: unknown) => ({ status, headers: {}, body: JSON.stringify(body) })

type MakeHost = (recording: Recording, places: readonly number[]) => FakePlatformOptions

/** Answers a stream in pieces, at once. */
const inPieces = (handlers: RequestHandlers, pieces: readonly (Uint8Array | string | HostEvent)[]): void => {
  handlers.onHead?.({ status: 200, headers: { 'content-type': 'text/event-stream' } })
  pieces.forEach(piece => handlers.onChunk!(piece))
  handlers.onEnd({ status: 200, headers: {} })
}

const rungs: Record<string, MakeHost> = {
  bytes: ({ bytes }, places) => ({ onRequest: ({ handlers }) => inPieces(handlers, cut(bytes, places).filter(piece => piece.length)) }),
  'text, in ASCII as a gateway is asked for': ({ bytes }, places) => ({
    capabilities: { stream: 'text' },
    onRequest({ options, handlers }) {
      expect(options.headers['x-sampan-ascii']).toBe('1')
      inPieces(handlers, cut(ascii(new TextDecoder().decode(bytes)), places).filter(Boolean))
    },
  }),
  'events of the host’s own': recording => ({
    capabilities: { stream: 'events' },
    members: { openEventSource: (_options, handlers) => (inPieces(handlers, eventsOf(recording)), () => {}) },
  }),
  'a socket': (recording, places) => ({ capabilities: { stream: 'none' }, members: { openSocket: socketOf(recording, places) } }),
  'a poll': (recording, places) => {
    const pages = cut(framesOf(recording), places)
    return {
      capabilities: { stream: 'none' },
      onRequest({ options, handlers }) {
        if (options.method === 'POST') return handlers.onEnd(json(202, { log: options.headers['x-sampan-log-id'] }))
        const frames = pages.shift()!
        handlers.onEnd(json(200, { frames, isDone: !pages.length } satisfies LogPage))
      },
    }
  },
  'the whole at once': ({ bytes }) => ({
    capabilities: { stream: 'none' },
    onRequest: ({ handlers }) => handlers.onEnd({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: bytes }),
  }),
}

/** A socket that says frames twice where it is cut, as after a reconnection. */
function socketOf(recording: Recording, places: readonly number[]): NonNullable<Platform['openSocket']> {
  return (_options, handlers) => {
    const say = (reply: SocketReply): void => handlers.onMessage(JSON.stringify(reply))
    const socket = {
      send(text: string | ArrayBuffer) {
        const { type, id } = JSON.parse(text as string) as SocketCommand
        if (type !== 'send') return
        say({ type: 'start', id, status: 200, headers: {} })
        cut(framesOf(recording), places).forEach((frames, index, all) => {
          const again = index ? all[index - 1]! : []
          again.concat(frames).forEach(frame => say({ type: 'frame', id, ...frame }))
        })
        say({ type: 'end', id })
      },
      close() {},
    }
    setTimeout(handlers.onOpen)
    return socket
  }
}

function read(options: FakePlatformOptions): Promise<ModelEvent[]> {
  const clock = createTestClock()
  const connection = connect({ platform: fakePlatform(options), url: 'https://ai.example.com', getToken: () => 't', clock, socket: socketRung })
  const events: ModelEvent[] = []
  let counter = 0
  const context = createRunContext({ clock, ids: kind => kind + '-' + ++counter })
  return new Promise((resolve, reject) => {
    openai({ connection, model: 'm-1' })({ messages: [], logId: 'log-1' }, context).subscribe({
      next: event => events.push(event),
      error: reject,
      complete: () => resolve(events),
    })
  })
}

describe.each(Object.entries(rungs))('by %s', (_name, makeHost) => {
  test.each(recordings)('$name is the same log, cut at any three places', async recording => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), async places => {
        // A call without an id is named after the log, so that it has that name again when the log is read again.
        expect(logOf(await read(makeHost(recording, places)))).toEqual(recording.events.map(entry => entry.map(each => (each === 'call-1' ? 'call-1-log-1' : each))))
      }),
      { numRuns: 8 },
    )
  })
})

test('from a server that does not write ASCII, a host of text reads the same or says that it is damaged, and then takes answers whole', async () => {
  const recording = recordings.find(({ name }) => name === 'text-with-usage')!
  let damaged = 0
  for (let at = 1; at < recording.bytes.length; at++) {
    const asked: boolean[] = []
    const platform = fakePlatform({
      capabilities: { stream: 'text' },
      onRequest({ options, handlers }) {
        asked.push(options.stream)
        if (options.stream) inPieces(handlers, cut(recording.bytes, [at]).map(piece => new TextDecoder().decode(piece)))
        else handlers.onEnd({ status: 200, headers: {}, body: new TextDecoder().decode(recording.bytes) })
      },
    })
    const connection = connect({ platform, url: 'https://api.example.com', signIn: false, clock: createTestClock() })
    const ask = () => new Promise<ModelEvent[]>(resolve => {
      const events: ModelEvent[] = []
      openai({ connection, model: 'm-1' })({ messages: [] }, createRunContext()).subscribe({ next: event => events.push(event), complete: () => resolve(events) })
    })
    const first = logOf(await ask())
    const isDamaged = first.at(-1)![0] === 'error'
    const told = recording.events.slice(0, first.length - 1)
    expect(first).toEqual(isDamaged ? [...told, ['error', 'transport/text-damaged']] : recording.events)
    damaged += Number(isDamaged)
    expect(logOf(await ask())).toEqual(recording.events)
    expect(asked).toEqual([true, !isDamaged])
  }
  expect(damaged).toBeGreaterThan(5)
})
