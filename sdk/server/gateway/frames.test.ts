import { describe, expect, it } from 'vitest'
import { asciiJson, createSseSplitter, dataOf, writeFrame } from './frames.js'

const split = (pieces: string[], max?: number): string[][] => {
  const splitter = createSseSplitter(max)
  return pieces.flatMap(piece => splitter.push(piece))
}
const stream = '\ufeffevent: a\ndata: 一\ndata: two\n\n: comment\nid: 7\nretry: 5\n\ndata:three\n\nevent: none\n\ndata: cut'
const events = [['event: a', 'data: 一', 'data: two'], ['data:three']]

describe('createSseSplitter', () => {
  it('keeps event and data lines, and drops comments, ids, retry times and what has no end', () => {
    expect(split([stream])).toEqual(events)
  })
  it('gives the same events for every line end, cut at every place', () => {
    for (const newline of ['\n', '\r', '\r\n']) {
      const text = stream.replaceAll('\n', newline)
      expect(split([...text]), JSON.stringify(newline)).toEqual(events)
      for (let at = 0; at <= text.length; at++) {
        expect(split([text.slice(0, at), text.slice(at)]), `${JSON.stringify(newline)} at ${at}`).toEqual(events)
      }
    }
  })
  it('refuses an event that is longer than the limit, in one line or in many', () => {
    expect(() => split(['data: ' + 'x'.repeat(100)], 100)).toThrow(RangeError)
    expect(() => split(Array.from({ length: 20 }, () => 'data: x\n'), 100)).toThrow(RangeError)
    expect(() => split([':' + 'x'.repeat(200)], 100)).toThrow(RangeError)
  })
  it('does not count what is over: long streams of short events and comments pass', () => {
    const pieces = Array.from({ length: 50 }, () => ': ping\n\ndata: x\n\n')
    expect(split(pieces, 20)).toHaveLength(50)
    expect(split(Array.from({ length: 50 }, () => ': ping\n'), 20)).toEqual([])
  })
})

describe('frames', () => {
  it('joins the data lines of an event', () => {
    expect(dataOf(['event: a', 'data: {', 'data:}', 'data'])).toBe('{\n}\n')
  })
  it('writes a number and the lines', () => {
    expect(writeFrame({ seq: 3, lines: ['event: a', 'data: é'] }, false)).toBe('id: 3\nevent: a\ndata: é\n\n')
  })
  it('writes the same JSON in ASCII, whatever the characters', () => {
    const value = { text: '你好 🧋 é\u2028\u007f', 键: 1 }
    const ascii = asciiJson(JSON.stringify(value))
    expect(ascii).toMatch(/^[\x20-\x7f]+$/)
    expect(JSON.parse(ascii)).toEqual(value)
  })
})
