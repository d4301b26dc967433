import type { HostEvent, Platform, RequestHandlers, RequestOptions } from '../../../platform/platform.js'
import type { LogFrame, LogPage, PollTicket, SocketCommand, SocketReply } from '../../../protocol/log-wire.js'
import { fakePlatform } from '../../../testkit/fake-platform.js'

/** How frames come: as a response that streams bytes, text or the host's own events, over a socket, by polling. */
export type LogRung = 'bytes' | 'text' | 'events' | 'socket' | 'poll'

/** A host and a gateway that keeps one log, in memory; between them a network that breaks. */
export interface BrokenNetwork {
  readonly platform: Platform
  /** What the gateway was asked for, oldest first. */
  readonly asked: string[]
  /** The logs that were begun: what is begun under an id that is known is joined. */
  readonly begun: ReadonlySet<string>
  /** How much of its answers came: bytes, characters, events or messages of a socket. */
  readonly passed: number
}

/** How many frames the gateway has by the time it is polled. */
const PAGE_FRAMES = 3

const ascii = (text: string): string => text.replace(/[^\0-\x7f]/g, char => '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0'))
const wireOf = (frames: readonly LogFrame[]): string =>
  frames.map(({ seq, data, event }) => 'id: ' + seq + '\n' + (event ? 'event: ' + event + '\n' : '') + data.split('\n').map(line => 'data: ' + line + '\n').join('') + '\n').join('')

/** @param cuts after how much the network breaks, each counted from the one before; then it holds. @param isClean whether a response that broke looks like one that ended. */
export function brokenNetwork(rung: LogRung, frames: readonly LogFrame[], cuts: readonly number[], isClean: boolean): BrokenNetwork {
  const pending = cuts.slice()
  const asked: string[] = []
  const begun = new Set<string>()
  let left = pending.shift() ?? Infinity
  let passed = 0

  /** As much of an answer as the network lets through. */
  const pass = <T extends string | unknown[] | Uint8Array>(whole: T): { part: T; isWhole: boolean } => {
    const isWhole = whole.length <= left
    const part = (isWhole ? whole : whole.slice(0, left)) as T
    passed += part.length
    left = isWhole ? left - part.length : pending.shift() ?? Infinity
    return { part, isWhole }
  }
  const finish = (handlers: RequestHandlers, isWhole: boolean, body?: string): void => {
    if (isWhole || isClean) handlers.onEnd({ status: 200, headers: {}, body })
    else handlers.onFail({ reason: 'timeout', errMsg: 'request:fail' })
  }
  const stream = (after: number, handlers: RequestHandlers): void => {
    const rest = frames.slice(after)
    if (rung === 'events') {
      const { part, isWhole } = pass(rest.map(({ seq, data, event }): HostEvent => ({ data, event, lastEventId: String(seq) })))
      part.forEach(event => handlers.onChunk!(event))
      return finish(handlers, isWhole)
    }
    const { part, isWhole } = rung === 'bytes' ? pass(new TextEncoder().encode(wireOf(rest))) : pass(ascii(wireOf(rest)))
    if (part.length) handlers.onChunk!(part)
    finish(handlers, isWhole)
  }
  const page = (after: number): LogPage => ({ frames: frames.slice(after, after + PAGE_FRAMES), isDone: after + PAGE_FRAMES >= frames.length })
  const answer = ({ method, url, headers }: RequestOptions, handlers: RequestHandlers): (() => void) => {
    asked.push(method + ' ' + url.replace(/.*?\/\/[^/]+/, ''))
    handlers.onHead?.({ status: 200, headers: {} })
    const after = Number(/after=(\d+)/.exec(url)?.[1] ?? 0)
    if (method === 'POST') begun.add(headers['x-sampan-log-id']!)
    if (rung !== 'poll' && rung !== 'socket') {
      stream(after, handlers)
      return () => {}
    }
    const { part, isWhole } = pass(JSON.stringify(method === 'POST' ? ({ log: headers['x-sampan-log-id']! } satisfies PollTicket) : page(after)))
    finish(handlers, isWhole, part)
    return () => {}
  }
  const kind = { bytes: 'bytes', text: 'text', events: 'events', socket: 'none', poll: 'none' } as const
  const platform = fakePlatform({
    capabilities: { stream: kind[rung] },
    members: { request: answer, ...(rung === 'events' && { openEventSource: answer }), ...(rung === 'socket' && { openSocket: socketOf(frames, { asked, begun }, message => pass([message]).isWhole) }) },
  })
  return { platform, asked, begun, get passed() { return passed } }
}

/** A socket that breaks with the first message that does not get through. */
function socketOf(frames: readonly LogFrame[], { asked, begun }: { asked: string[]; begun: Set<string> }, passes: (message: string) => boolean): NonNullable<Platform['openSocket']> {
  return (_options, handlers) => {
    let isBroken = false
    const say = (reply: SocketReply): void => {
      if (isBroken) return
      const message = JSON.stringify(reply)
      if (passes(message)) return handlers.onMessage(message)
      isBroken = true
      handlers.onClose(1006, '')
    }
    handlers.onOpen()
    return {
      send(text) {
        const command = JSON.parse(text as string) as SocketCommand
        const { id } = command
        const after = command.type === 'resume' ? command.after : 0
        asked.push(command.type + ' ' + after)
        if (command.type === 'send') begun.add(id)
        say({ type: 'start', id, status: 200, headers: {} })
        frames.slice(after).forEach(frame => say({ type: 'frame', id, ...frame }))
        say({ type: 'end', id })
      },
      close() {},
    }
  }
}
