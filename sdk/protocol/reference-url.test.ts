import { describe, expect, it } from 'vitest'
import { ReferenceUrl } from './reference-url.js'

const bases = ['https://github.com/cfworker', 'https://example.com/schemas/order.json', 'https://example.com/a/b/?v=1', 'http://localhost:1234/root.json#part', 'https://example.com']
const references = [
  '', '#', '#/$defs/a', '#/$defs/%E8%88%A2', '#/$defs/舢板', '#anchor', '#/a~1b', '#/a%20b', 'other.json', 'other.json#/x', './other.json', '../up.json', '../../../up.json', 'dir/', 'dir/..', '/root.json', '/a/./b/../c',
  '?v=2', '//cdn.example.com/x.json', 'https://Example.org', 'https://example.org/a/../b#c', 'urn:uuid:deadbeef', 'urn:example:root#/x',
]

describe('ReferenceUrl', () => {
  it.each(bases)('resolves references as URL does, from %s', base => {
    for (const reference of references) {
      const theirs = new URL(reference, base)
      const ours = new ReferenceUrl(reference, base)
      expect([reference, ours.hash]).toEqual([reference, theirs.hash])
      // As the library does, to lose a fragment that is empty.
      const { hash } = theirs
      theirs.hash = hash
      ours.hash = hash
      expect([reference, ours.href]).toEqual([reference, theirs.href])
    }
  })
  it('writes a name as the index of schemas writes it', () => {
    // URL leaves some characters of a fragment alone that the index encodes, and so does not find them.
    expect(new ReferenceUrl('#/$defs/a^b', 'https://example.com/').hash).toBe(`#/$defs/${encodeURI('a^b')}`)
  })
  it('makes something of a reference that makes no sense', () => {
    for (const odd of ['http://[', '::', 5, null, '%']) expect(typeof new ReferenceUrl(odd, 'https://example.com/').href).toBe('string')
  })
})
