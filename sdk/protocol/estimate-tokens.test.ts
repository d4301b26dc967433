import { expect, it } from 'vitest'
import { estimateTokens } from './estimate-tokens.js'

it.each([['', 0], ['abcdefgh', 2], ['来一杯拿铁', 5], ['拿铁，冰', 4], ['ok好', 1.5], ['привет', 6]])('takes %j for %d tokens', (text, tokens) => {
  expect(estimateTokens(text)).toBe(tokens)
})

it('takes a text in pieces for as many tokens as in one', () => {
  const text = 'iced latte 拿铁'
  expect(Array.from(text).reduce((sum, piece) => sum + estimateTokens(piece), 0)).toBe(estimateTokens(text))
})
