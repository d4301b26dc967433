import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import type { JsonPatchOperation } from './events.js'
import { applyPatch } from './json-patch.js'

interface Case { comment?: string; doc: unknown; patch: JsonPatchOperation[]; expected?: unknown; error?: string; disabled?: boolean }
const suite = (name: string): Case[] => (createRequire(import.meta.url)(`json-patch-test-suite/${name}.json`) as Case[]).filter(({ disabled, patch }) => !disabled && patch)

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}

describe.each(['tests', 'spec_tests'])('applyPatch, on the %s of the JSON Patch test suite', name => {
  const cases = suite(name)
  it('finds the suite', () => expect(cases.length).toBeGreaterThan(15))
  const titled = (isError: boolean) => cases.filter(({ error }) => (error !== undefined) === isError).map(each => [each.comment ?? each.error ?? JSON.stringify(each.patch), each] as const)
  it.each(titled(false))('applies: %s', (_, { doc, patch, expected }) => {
    expect(applyPatch(frozen(doc), frozen(patch))).toEqual(expected ?? doc)
  })
  it.each(titled(true))('refuses: %s', (_, { doc, patch }) => {
    expect(() => applyPatch(frozen(doc), frozen(patch))).toThrow(expect.objectContaining({ code: 'protocol/malformed' }))
  })
})

describe('applyPatch', () => {
  it('shares what it did not touch with the document, and changes neither document nor patch', () => {
    const document = frozen({ cart: [{ name: '美式' }], user: { name: 'Li' } })
    const patch = frozen<JsonPatchOperation[]>([
      { op: 'add', path: '/cart/-', value: { name: '拿铁', sizes: [] } },
      { op: 'add', path: '/cart/1/sizes/-', value: 'L' },
    ])
    const result = applyPatch(document, patch)
    expect(result).toEqual({ cart: [{ name: '美式' }, { name: '拿铁', sizes: ['L'] }], user: { name: 'Li' } })
    expect(result.user).toBe(document.user)
    expect(result.cart[0]).toBe(document.cart[0])
  })
  it('moves to where a path leads once the value is gone', () => {
    const document = frozen({ list: [{ n: 0 }, { n: 1 }, { n: 2 }] })
    expect(applyPatch(document, [{ op: 'move', from: '/list/0', path: '/list/1/first' }])).toEqual({ list: [{ n: 1 }, { n: 2, first: { n: 0 } }] })
  })
  it('keeps a copied value apart from the one it was copied from', () => {
    const patch: JsonPatchOperation[] = [{ op: 'copy', from: '/a', path: '/b' }, { op: 'add', path: '/b/n', value: 2 }]
    expect(applyPatch(frozen({ a: { n: 1 } }), patch)).toEqual({ a: { n: 1 }, b: { n: 2 } })
  })
  it.each([
    '/__proto__/polluted', '/constructor/prototype/polluted', '/constructor/polluted', '/toString/polluted', '/list/push/polluted', '/list/__proto__/polluted', '/hasOwnProperty/polluted', '/__proto__',
  ])('reaches no prototype: %s', path => {
    for (const operation of [{ op: 'add', path, value: 1 }, { op: 'replace', path, value: 1 }, { op: 'copy', from: '/list', path }, { op: 'move', from: '/list', path }] as JsonPatchOperation[]) {
      expect(() => applyPatch({ list: [] }, [operation])).toThrow(expect.objectContaining({ code: 'protocol/malformed' }))
    }
    expect(() => applyPatch({ list: [] }, [{ op: 'copy', from: path, path: '/x' }])).toThrow('"from" does not exist')
    for (const place of [{}, [], Object, Object.prototype.toString, Array.prototype.push] as any[]) expect(place.polluted).toBeUndefined()
  })
  it('touches inherited names only as the keys they are in the document', () => {
    expect(() => applyPatch({}, [{ op: 'remove', path: '/toString' }])).toThrow('does not exist')
    expect(applyPatch({}, [{ op: 'add', path: '/toString', value: 1 }, { op: 'replace', path: '/toString', value: 2 }])).toEqual({ toString: 2 })
    expect(() => applyPatch(JSON.parse('{"__proto__":{"x":1},"a":1}'), [{ op: 'replace', path: '/a', value: 2 }])).toThrow('__proto__')
  })
  it('says which operation failed and why, and nothing of the document', () => {
    const attempt = (): unknown => applyPatch({ secret: 'token', n: 1 }, [{ op: 'test', path: '/n', value: 1 }, { op: 'test', path: '/n', value: 2 }])
    expect(attempt).toThrow(expect.objectContaining({ message: 'Operation 1 (test /n) of a JSON Patch: the value is another one', details: { info: { index: 1 } } }))
  })
  it.each<[string, unknown]>([
    ['no list', { op: 'add' }],
    ['no operation', [null]],
    ['an unknown operation', [{ op: 'spam', path: '/a' }]],
    ['an inherited name as operation', [{ op: 'toString', path: '/a' }]],
    ['an operation of the library’s own', [{ op: '_get', path: '/a' }]],
    ['a path that is no text', [{ op: 'add', path: 1, value: 1 }]],
    ['a stray tilde', [{ op: 'add', path: '/a~2', value: 1 }]],
    ['a move into itself', [{ op: 'move', from: '/a', path: '/a/b' }]],
    ['a path through a number', [{ op: 'add', path: '/n/x', value: 1 }]],
  ])('refuses %s', (_, patch) => {
    expect(() => applyPatch({ a: {}, n: 1 }, patch as JsonPatchOperation[])).toThrow(expect.objectContaining({ code: 'protocol/malformed' }))
  })
})
