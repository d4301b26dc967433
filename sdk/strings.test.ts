import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from './errors.js'
import { en, stringFor, zh } from './strings.js'

const source = readFileSync(new URL('./errors.ts', import.meta.url), 'utf8')
const codes = [.../export type ErrorCode =([^]*?)\n\n/.exec(source)![1]!.matchAll(/'([^']+)'/g)].map(([, code]) => code as ErrorCode)
const rooms = codes.map(code => code.split('/')[0])

describe.each(Object.entries({ zh, en }))('the strings of %s', (language, table) => {
  it('are those of every other language', () => {
    expect(Object.keys(table)).toEqual(Object.keys(zh))
  })
  it('stand under error codes, rooms, "error", and "label"', () => {
    expect(codes.length).toBeGreaterThan(30)
    expect(Object.keys(table).filter(key => ![...codes, ...rooms, 'error', 'label'].includes(key))).toEqual([])
  })
  it('have a sentence of their own language for each code', () => {
    for (const code of codes) expect(stringFor(code, table)).toMatch(language === 'zh' ? /^[\u4e00-\u9fff，]+。$/ : /^[A-Z][a-z -~]+\.$/)
    for (const text of Object.values(table)) expect(text).toBe(text.trim() || 'a text')
  })
})

describe('stringFor', () => {
  it('takes the sentence of the code, else of the room, else the last one', () => {
    expect(stringFor('transport/offline')).toBe(zh['transport/offline'])
    expect(stringFor('transport/tls')).toBe(zh.transport)
    expect(stringFor('protocol/malformed')).toBe(zh.error)
    expect(stringFor('some-server-code')).toBe(zh.error)
  })
  it('takes an app\'s own sentences first, and the rest from the default', () => {
    const own = { ...en, 'transport/tls': 'Check the clock of your phone.' }
    expect(stringFor('transport/tls', own)).toBe(own['transport/tls'])
    expect(stringFor('transport/server', own)).toBe(en['transport/server'])
    expect(stringFor('thread/record-damaged', { error: 'Oh.' })).toBe(zh.thread)
    expect(stringFor('agent/invalid', { error: 'Oh.' })).toBe('Oh.')
  })
})
