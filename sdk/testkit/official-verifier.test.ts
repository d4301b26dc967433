import { describe, expect, it } from 'vitest'
import { expectOfficiallyValid } from './official-verifier.js'
import type { AgentEvent } from '../protocol/events.js'

const started: AgentEvent = { type: 'RUN_STARTED', threadId: 't', runId: 'r' }
const finished: AgentEvent = { type: 'RUN_FINISHED', threadId: 't', runId: 'r' }

describe('expectOfficiallyValid', () => {
  it('lets a run in order pass', () => {
    expectOfficiallyValid([started, { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: 'x' }, finished])
  })
  it.each<[string, AgentEvent[], RegExp]>([
    ['an event out of order', [started, { type: 'TEXT_MESSAGE_END', messageId: 'm' }, finished], /TEXT_MESSAGE_END/],
    ['something left open', [started, { type: 'STEP_STARTED', stepName: 's' }, finished], /active/],
    ['a field that is not what it should be', [started, { type: 'TEXT_MESSAGE_START', messageId: 7 } as never, finished], /messageId/],
    ['a log without an end', [started], /has 0/],
    ['an end that is not the last word', [started, finished, { type: 'RUN_ERROR', message: 'x' }], /has 2/],
  ])('refuses %s', (_, events, words) => {
    expect(() => expectOfficiallyValid(events)).toThrow(words)
  })
})
