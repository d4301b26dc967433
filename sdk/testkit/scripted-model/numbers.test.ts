import { expect, it } from 'vitest'
import { findNumbers, findOrdinal, readNumeral } from './numbers.js'

const values = (text: string) => findNumbers(text).map(({ value }) => value)

it('reads Chinese numerals', () => {
  expect(['两', '十', '十二', '二十四', '一百零五', '15'].map(readNumeral)).toEqual([2, 10, 12, 24, 105, 15])
})
it('finds numbers in words and digits, and what they count', () => {
  expect(values('来两杯拿铁和三份蛋糕')).toEqual([2, 3])
  expect(values('twenty-two degrees, 2.5 kg and a dozen eggs')).toEqual([22, 2.5, 12])
  expect(findNumbers('2.5 kg')[0]).toMatchObject({ after: 'kg', isArticle: false })
  expect(findNumbers('a latte')[0]).toMatchObject({ value: 1, isArticle: true })
})
it('leaves numerals alone that are part of a word', () => {
  expect(values('查一下周三的第二个，一起去')).toEqual([])
  expect(values('order AP-5531')).toEqual([])
})
it('finds a place in a list', () => {
  expect(['第二个', 'the first one', 'number 3', '最后一个', 'a latte'].map(findOrdinal)).toEqual([1, 0, 2, -1, undefined])
})
