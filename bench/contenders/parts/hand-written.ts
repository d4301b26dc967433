import type { Contender, Job, Run, Wire } from '../../harness/contender.js'
import type { Feed } from '../../harness/feed.js'
import type { OnPayload } from './lines.js'
import { argumentsOf, textOf } from './payloads.js'

/** Reads one response of the feed and calls back with each payload. May be synchronous, as the bare loop is. */
export type ReadResponse = (feed: Feed, onPayload: OnPayload) => void | Promise<void>

/** All tests of the bench over one way of getting from bytes to payloads: append, and nothing else. */
export function handWritten(wire: Wire, read: ReadResponse): Contender {
  const text = textOf[wire]
  const chat = (job: Job): Run => () => {
    let answer = ''
    const reading = read(job.feed, (payload, name) => {
      const delta = text(payload, name)
      if (delta) answer += delta
    })
    return after(reading, () => ({ text: answer }))
  }
  return { wire, chat, list: job => runList(job, wire, read), tool: job => runTool(job, wire, read, false), follow: job => runTool(job, wire, read, true) }
}

function runList({ feed, history, screen }: Job, wire: Wire, read: ReadResponse): Run {
  const list: { id: string; role: string; content: string }[] = [...history, { id: 'new', role: 'assistant', content: '' }]
  const last = list.length - 1
  return () => {
    let content = ''
    const reading = read(feed, (payload, name) => {
      const delta = textOf[wire](payload, name)
      if (!delta) return
      content += delta
      list[last] = { id: 'new', role: 'assistant', content }
      screen.show(list.length, content.length)
    })
    return after(reading, () => ({ text: content, listLength: list.length }))
  }
}

function runTool({ feed, screen }: Job, wire: Wire, read: ReadResponse, isShown: boolean): Run {
  return () => {
    let json = ''
    let text = ''
    const calling = read(feed, (payload, name) => {
      const delta = argumentsOf[wire](payload, name)
      if (!delta) return
      json += delta
      if (isShown) screen.show(1, json.length)
    })
    let toolArguments: unknown
    const answering = after(calling, () => {
      toolArguments = JSON.parse(json)
      return read(feed, (payload, name) => {
        const delta = textOf[wire](payload, name)
        if (delta) text += delta
      })
    })
    return after(answering, () => ({ text, toolArguments }))
  }
}

/** Goes on at once if it can: the bare loop has no promise in it. */
function after<T>(before: void | Promise<void>, then: () => T): T
function after<T>(before: void | Promise<void>, then: () => T | Promise<T>): T | Promise<T> {
  return before instanceof Promise ? before.then(then) : then()
}
