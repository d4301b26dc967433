import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from './base64.js'

describe('base64', () => {
  it('is what Node makes of the same bytes, at every length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + 250) & 255)
      const text = Buffer.from(bytes).toString('base64')
      expect(toBase64(bytes.buffer)).toBe(text)
      expect(Buffer.from(fromBase64(text))).toEqual(Buffer.from(bytes))
    }
  })
  it('reads a text that is broken into lines or lacks its end signs', () => {
    const read = (text: string): string => Buffer.from(fromBase64(text)).toString()
    expect([read('5L2g\n5aW9\r\n'), read('YQ'), read('YQ=='), read('YWI')]).toEqual(['你好', 'a', 'a', 'ab'])
  })
})
