import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSentences } from './sentences.js'

function cutUp(deltas: readonly string[], per: 'message' | 'sentence' = 'sentence', maxChars = 2_000): string[] {
  const pieces: string[] = []
  const sentences = createSentences(per, maxChars, piece => void pieces.push(piece))
  deltas.forEach(delta => sentences.push(delta))
  sentences.end()
  return pieces
}

describe('a text is cut', () => {
  it.each<[string, string[]]>([
    ['你好。要咖啡吗？好！', ['你好。', '要咖啡吗？', '好！']],
    ['他说：“好。”然后走了。', ['他说：“好。”', '然后走了。']],
    ['真的吗？！不会吧……好', ['真的吗？！', '不会吧……', '好']],
    ['It costs 3.14 yuan. Fine? Yes!', ['It costs 3.14 yuan. ', 'Fine? ', 'Yes!']],
    ['See example.com/a.html now', ['See example.com/a.html now']],
    ['(He left.) She stayed.', ['(He left.) ', 'She stayed.']],
    ['# 标题\n\n- 一\n- 二', ['# 标题\n', '\n- 一\n', '- 二']],
    ['看：\n```js\na.b()\n\nc. d\n```\n完。', ['看：\n', '```js\na.b()\n\nc. d\n```\n', '完。']],
    ['~~~\n```\nx. y\n~~~\nz', ['~~~\n```\nx. y\n~~~\n', 'z']],
    ['a `b. c` d. e', ['a `b. c` d. ', 'e']],
    ['\n\n', ['\n\n']],
  ])('%j', (text, pieces) => {
    expect(cutUp([text])).toEqual(pieces)
  })
  it('at the same places, however it comes, and nothing is lost', () => {
    const text = fc.array(fc.constantFrom('好', 'a', '。', '.', '!', ' ', '\n', '`', '```', '~~~\n', '“', '”', '😀', '3.14'), { maxLength: 60 }).map(parts => parts.join(''))
    fc.assert(
      fc.property(text, fc.infiniteStream(fc.integer({ min: 1, max: 4 })), (whole, sizes) => {
        const deltas: string[] = []
        for (let at = 0; at < whole.length; ) {
          const size = sizes.next().value as number
          deltas.push(whole.slice(at, at + size))
          at += size
        }
        const pieces = cutUp(deltas)
        expect(pieces).toEqual(cutUp([whole]))
        expect(pieces.join('')).toBe(whole)
        expect(cutUp(deltas, 'message').join('')).toBe(whole)
      }),
    )
  })
})

describe('a limit', () => {
  it('cuts what has no end, and no character in two', () => {
    expect(cutUp(['😀😀😀'], 'message', 3)).toEqual(['😀😀', '😀'])
  })
  it('cuts long code between its lines', () => {
    expect(cutUp(['```\naaaa\nbbbb\ncccc\n```\n'], 'sentence', 12)).toEqual(['```\naaaa\n', 'bbbb\ncccc\n', '```\n'])
  })
})
