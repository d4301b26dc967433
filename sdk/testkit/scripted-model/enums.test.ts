import { expect, it } from 'vitest'
import { enumLabel, findEnumValues } from './enums.js'
import { slotsOf } from './slots.js'

const slot = (values: string[], description?: string) => slotsOf({ type: 'object', properties: { kind: { enum: values, description } } })[0]!
const found = (text: string, ...args: Parameters<typeof slot>) => findEnumValues(text, slot(...args), false).map(({ value }) => value)

it('finds a value by itself, by what the description sets beside it, by its meaning, and misspelt', () => {
  expect(found('the living room light', ['living_room', 'bedroom'])).toEqual(['living_room'])
  expect(found('看看牙科', ['dental', 'eyes'], '科室：dental（牙科、口腔科）、eyes（眼科）')).toEqual(['dental'])
  expect(found('来一杯大杯拿铁', ['small', 'large'])).toEqual(['large'])
  expect(found('a meduim one, medum', ['small', 'medium'])).toEqual(['medium'])
})
it('does not find one character inside another word, nor a word inside another', () => {
  expect(found('大家好', ['small', 'large'])).toEqual([])
  expect(found('an enlarged one', ['large'])).toEqual([])
})
it('finds several in the order they were said', () => {
  expect(found('bedroom and kitchen', ['kitchen', 'bedroom'])).toEqual(['bedroom', 'kitchen'])
})
it('calls a value by a word of the language spoken', () => {
  expect(enumLabel(slot(['dental'], 'dental（牙科）'), 'dental', 'zh')).toBe('牙科')
  expect(enumLabel(slot(['large']), 'large', 'zh')).toBe('大')
  expect(enumLabel(slot(['living_room']), 'living_room', 'en')).toBe('living room')
})
