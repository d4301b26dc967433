import { describe, expect, it } from 'vitest'
import { cutBytes, parseByteFaults, planBytes, PORTAL_PAGE, type ByteFaults } from './byte-faults.js'

const EVENTS = ['data: one\n\n', 'data: 二\n\n', 'data: three\n\n']

function sent(faults: ByteFaults, chunks: (string | Uint8Array)[] = EVENTS): { text: string; writes: number; end: string } {
  const steps = planBytes(chunks, faults)
  const writes = steps.flatMap((step) => ('write' in step ? [step.write] : []))
  const last = steps.at(-1)!
  return { text: Buffer.concat(writes).toString(), writes: writes.length, end: 'end' in last ? last.end : 'none' }
}

describe('planBytes', () => {
  it('writes each chunk as it is given', () => {
    expect(sent({})).toEqual({ text: EVENTS.join(''), writes: 3, end: 'clean' })
  })
  it('cuts every byte apart, and joins all into one', () => {
    const size = Buffer.byteLength(EVENTS.join(''))
    expect(sent({ split: 1 })).toEqual({ text: EVENTS.join(''), writes: size, end: 'clean' })
    expect(sent({ coalesce: true }).writes).toBe(1)
  })
  it('changes line ends, adds a mark and pings without harm to the text', () => {
    expect(sent({ crlf: true }).text).toBe(EVENTS.join('').replace(/\n/g, '\r\n'))
    expect(sent({ cr: true }).text).toBe(EVENTS.join('').replace(/\n/g, '\r'))
    expect(sent({ bom: true }).text).toBe('\ufeff' + EVENTS.join(''))
    expect(sent({ comment: true }).text).toBe(EVENTS.map((event) => `: ping\n\n${event}`).join(''))
  })
  it('doubles, loses, swaps and garbles one event', () => {
    expect(sent({ dup: 1 }).text).toBe(EVENTS[0]! + EVENTS[1] + EVENTS[1] + EVENTS[2])
    expect(sent({ drop: 1 }).text).toBe(EVENTS[0]! + EVENTS[2])
    expect(sent({ swap: 0 }).text).toBe(EVENTS[1]! + EVENTS[0] + EVENTS[2])
    expect(sent({ garble: 0 }).text).not.toContain('data: one')
  })
  it('ends early after exactly so many bytes, also inside a chunk', () => {
    expect(sent({ cut: 4 })).toEqual({ text: 'data', writes: 1, end: 'clean' })
    expect(sent({ reset: 15, split: 2 })).toMatchObject({ end: 'reset' })
    expect(Buffer.byteLength(sent({ hang: 12 }).text)).toBeGreaterThan(11)
    expect(sent({ hang: 0 })).toEqual({ text: '', writes: 0, end: 'hang' })
    expect(sent({ reset: 9999 })).toMatchObject({ text: EVENTS.join(''), end: 'reset' })
  })
  it('pauses once, or before each write', () => {
    const waits = (faults: ByteFaults) => planBytes(EVENTS, faults).filter((step) => 'waitMs' in step)
    expect(waits({ stall: 15, stallMs: 7 })).toEqual([{ waitMs: 7 }])
    expect(waits({ delay: 3 })).toHaveLength(3)
  })
  it('answers with the page of a captive portal', () => {
    expect(sent({ html: true }).text).toBe(PORTAL_PAGE)
  })
})

describe('parseByteFaults', () => {
  it('reads numbers, flags and lists', () => {
    expect(parseByteFaults('split=1/2/3,crlf,reset=40,contentType=text/html')).toEqual({
      split: [1, 2, 3], crlf: true, reset: 40, contentType: 'text/html',
    })
  })
})

describe('cutBytes', () => {
  it('repeats the last size', () => {
    expect(cutBytes(new Uint8Array(9), [1, 2, 3]).map((piece) => piece.length)).toEqual([1, 2, 3, 3])
  })
})
