import { createParser } from 'eventsource-parser'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { brokenNetwork, type LogRung } from './__fixtures__/broken-network.js'
import { logOf } from './__fixtures__/read-response.js'
import { recordings, type LogEntry, type Recording } from './__fixtures__/recordings.js'
import { openai } from './openai.js'
import { createRunContext } from '../../context/run-context.js'
import type { ModelEvent } from '../../contracts.js'
import { endsLog, frameOfLog, type LogFrame } from '../../protocol/log-wire.js'
import { createTestClock } from '../../testkit/test-clock.js'
import { connect, socketRung } from '../../transport/index.js'

// A network that breaks, wherever it breaks, on every way there is: the same log of events as if it had held, and the model
// is asked once.

/** The log that a gateway keeps of a recording, read by somebody else's parser. */
function framesOf({ bytes }: Recording): LogFrame[] {
  const frames: LogFrame[] = []
  const parser = createParser({ onEvent: ({ data, event }) => frames.push({ seq: frames.length + 1, data, ...(event && { event }) }) })
  parser.feed(new TextDecoder().decode(bytes))
  return frames
}

/** A gateway's log always has an end: what a provider cut off ends with an error of the gateway's own. */
const whole = recordings
  .map(recording => ({ ...recording, frames: framesOf(recording) }))
  .filter(({ frames }) => frames.length > 0 && endsLog(frameOfLog(frames[frames.length - 1]!)))
type Whole = (typeof whole)[number]

// A call without an id is named after the log, so that it has that name again when the log is read again.
const expectedOf = ({ events }: Whole): LogEntry[] => events.map(entry => entry.map(each => (each === 'call-1' ? 'call-1-log-1' : each)) as LogEntry)

interface Reading { log: LogEntry[]; asked: string[]; begun: string[]; passed: number }

/** Reads an answer to its end; time goes by until it is there. */
function read({ frames }: Whole, rung: LogRung, cuts: readonly number[], isClean: boolean): Reading {
  const clock = createTestClock()
  const network = brokenNetwork(rung, frames, cuts, isClean)
  const connection = connect({ platform: network.platform, url: 'https://ai.example.com', getToken: () => 't', clock, socket: socketRung })
  const events: ModelEvent[] = []
  let isOver = false
  openai({ connection, model: 'm-1' })({ messages: [], logId: 'log-1' }, createRunContext({ clock })).subscribe({ next: event => events.push(event), complete: () => (isOver = true) })
  for (let seconds = 0; !isOver && seconds < 120; seconds++) clock.advance(1000)
  // A socket stays open for the next answer, for a while.
  clock.advance(30_000)
  if (clock.pending) throw new Error(clock.pending + ' timers are left')
  return { log: logOf(events), asked: network.asked, begun: Array.from(network.begun), passed: network.passed }
}

const ways: [LogRung, string][] = [
  ['bytes', 'every byte of a response'],
  ['text', 'every character of a response that the host hands over as text'],
  ['events', 'every event of the host’s own'],
  ['socket', 'every message of a socket'],
  ['poll', 'every byte of every page of a poll'],
]
const ends: [string, boolean][] = [['breaks', false], ['ends as if it were whole', true]]
/** Recordings that are cut everywhere; the others are, at random places, in the last test. */
const MOST_BYTES = 450

describe.each(ways)('a connection (%s)', (rung, places) => {
  describe.each(rung === 'socket' ? ends.slice(0, 1) : ends)('that %s', (_end, isClean) => {
    test.each(whole.filter(({ bytes }) => bytes.length <= MOST_BYTES || rung === 'socket' || rung === 'events'))(`after ${places} of $name gives the same events`, recording => {
      const expected = JSON.stringify(expectedOf(recording))
      const wrong: object[] = []
      const { passed: length, asked: uncut } = read(recording, rung, [], isClean)
      for (let at = 0; at < length; at++) {
        const { log, asked, begun } = read(recording, rung, [at], isClean)
        if (JSON.stringify(log) !== expected || begun.join() !== 'log-1') wrong.push({ at, log, begun })
        // At most once more. A socket that breaks before it has said anything is left for a poll.
        const isLeft = rung === 'socket' && at === 0
        if (asked.length > uncut.length + 1 && !isLeft) wrong.push({ at, asked })
      }
      expect(wrong.slice(0, 3)).toEqual([])
      expect(length).toBeGreaterThan(1)
    })
  })
})

test.each(ways)('a connection (%s) that breaks again and again gives the same events, whatever the recording', rung => {
  const cuts = fc.array(fc.nat(300), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...whole), cuts, fc.boolean(), (recording, places, isClean) => {
      const { log, begun } = read(recording, rung, places, isClean)
      expect(log).toEqual(expectedOf(recording))
      expect(begun).toEqual(['log-1'])
    }),
    { numRuns: 60 },
  )
})
