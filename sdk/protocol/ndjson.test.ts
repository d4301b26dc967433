import { describe, expect, it } from 'vitest'
import { frameText } from './frames.js'
import { createNdjsonDecoder } from './ndjson.js'

function decode(pieces: string[], encoded = false, maxLineChars?: number): string[] {
  const seen: string[] = []
  const decoder = createNdjsonDecoder({ encoded, maxLineChars, onFrame: frame => void seen.push(frameText(frame)) })
  for (const piece of pieces) decoder.push(piece)
  decoder.end()
  return seen
}

describe('createNdjsonDecoder', () => {
  const text = '\uFEFF{"a":"舢"}\n\n  \r\n{"b":2}\r\n[1,\r2]\n{"last":"板"}'
  const lines = ['{"a":"舢"}', '{"b":2}', '[1,\r2]', '{"last":"板"}']

  it('gives one frame per line that is not blank, the unfinished last one too, cut anywhere', () => {
    for (const encoded of [false, true]) {
      const whole = encoded ? Buffer.from(text).toString('latin1') : text
      expect(decode([...whole], encoded)).toEqual(lines)
      for (let cut = 0; cut <= whole.length; cut++) expect(decode([whole.slice(0, cut), whole.slice(cut)], encoded)).toEqual(lines)
    }
  })

  it('leaves a line alone whose last byte looks like a blank', () => {
    expect(decode(['"\xE8\x88\xA0\n'], true)).toEqual(['"舠'])
  })

  it('gives nothing for an empty stream', () => {
    expect(decode([])).toEqual([])
    expect(decode(['\n'])).toEqual([])
  })

  it('refuses a line longer than the limit', () => {
    expect(() => decode(['123456'], false, 5)).toThrow(expect.objectContaining({ code: 'transport/too-large' }))
  })
})
