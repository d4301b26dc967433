import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createJsonReader } from './partial-json.js'

function read(...pieces: string[]) {
  const reader = createJsonReader()
  pieces.forEach(piece => reader.push(piece))
  return reader
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

describe('createJsonReader', () => {
  it('reads what JSON.parse reads, cut at every place', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
        const text = JSON.stringify([value], null, indent)
        for (let cut = 0; cut <= text.length; cut++) expect(read(text.slice(0, cut), text.slice(cut)).value).toEqual(JSON.parse(text))
        expect(read(...text).value).toEqual(JSON.parse(text))
      }),
      { numRuns: 200 },
    )
  })
  it('shows each thing as soon as it is sure, and strings while they grow', () => {
    const reader = createJsonReader()
    const seen = ['{"na', 'me":"拿', '铁","coun', 't":1', '2,"hot":fal', 'se,"more":[', '"a', '"]}'].map(piece => {
      reader.push(piece)
      return JSON.stringify(reader.value)
    })
    expect(seen).toEqual([
      '{}', '{"name":"拿"}', '{"name":"拿铁"}', '{"name":"拿铁"}', '{"name":"拿铁","count":12}',
      '{"name":"拿铁","count":12,"hot":false,"more":[]}', '{"name":"拿铁","count":12,"hot":false,"more":["a"]}',
      '{"name":"拿铁","count":12,"hot":false,"more":["a"]}',
    ])
  })
  it('reads escapes that are cut anywhere', () => {
    const text = '{"a":"x\\u4f60\\ud83d\\ude00\\n\\"\\\\"}'
    for (let cut = 0; cut < text.length; cut++) expect(read(text.slice(0, cut), text.slice(cut)).value).toEqual(JSON.parse(text))
  })
  it('reads a million escapes that come at once', () => {
    const text = '"' + '\\n\\u8239'.repeat(500_000) + '"'
    expect(read(text).value).toBe(JSON.parse(text))
  })
  it('calls broken only what is, and reads whatever JSON.parse reads', () => {
    const atom = fc.constantFrom('{', '}', '[', ']', ':', ',', '"a"', '"b', '"', '\\n', '\\u00', 'e4', '\\', '12', '-', '0.5', 'true', 'nul', 'l', ' ', '\n')
    fc.assert(
      fc.property(fc.array(atom, { maxLength: 12 }), atoms => {
        const text = atoms.join('')
        const reader = read(...atoms, ' ')
        const isJson = parses(text)
        expect(reader.isBroken && isJson).toBe(false)
        expect(isJson ? reader.value : undefined).toEqual(isJson ? JSON.parse(text) : undefined)
      }),
      { numRuns: 5000 },
    )
  })
  it('keeps what it had before a mistake, and says that it is broken', () => {
    for (const bad of ['}', ',1', '"x\\q', 'nul ', '[1,]', '1 2', '"a" "b"', '[1 2', '-,']) {
      const reader = read('{"ok":"yes","bad":' + bad)
      expect([bad, reader.isBroken, (reader.value as { ok: string }).ok]).toEqual([bad, true, 'yes'])
    }
    expect(read('{"a":1,}').isBroken).toBe(true)
    expect(read('{"a":1}}').isBroken).toBe(true)
    expect(read('<html>').isBroken).toBe(true)
  })
  it('makes a property of a key that could change the prototype', () => {
    const value = read('{"__proto__":{"evil":1},"constructor":2}').value as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect((value as { evil?: number }).evil).toBeUndefined()
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })
})
