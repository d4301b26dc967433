import { describe, expect, it } from 'vitest'
import { itemsIn, pickItem } from './items.js'

const items = itemsIn({ drinks: [
  { id: 'latte', name: { zh: '拿铁', en: 'Latte' }, price: 22 },
  { id: 'osmanthus', name: { zh: '桂花拿铁', en: 'Osmanthus Latte' }, price: 26 },
  { id: 'tea-7', name: { zh: '茶', en: 'Tea' }, price: 20 },
] }, 'findDrinks', 0)
const pick = (text: string, isAsked = false) => pickItem(text, items, 'drink', isAsked).item?.id

describe('itemsIn', () => {
  it('reads things with ids, their names in every language, and what they are', () => {
    expect(items.map(({ id }) => id)).toEqual(['latte', 'osmanthus', 'tea-7'])
    expect(items[1]!.names).toEqual(['桂花拿铁', 'Osmanthus Latte'])
    expect([...items[0]!.kinds]).toEqual(['drink'])
  })
  it('takes the id of a thing itself before the ids it refers to', () => {
    expect(itemsIn({ drinkId: 'latte', id: 'order-1' }, 'createOrder', 0)[0]).toMatchObject({ id: 'order-1' })
  })
})

describe('pickItem', () => {
  it('picks by name, the longer name before the shorter inside it', () => {
    expect(['来杯桂花拿铁', 'one Osmanthus Latte', '来杯拿铁', 'a latte', '来杯茶'].map(text => pick(text))).toEqual(['osmanthus', 'osmanthus', 'latte', 'latte', 'tea-7'])
  })
  it('picks by place, by price and by an id that is no word', () => {
    expect([pick('第二个'), pick('the last one'), pick('最便宜的'), pick('tea-7 please')]).toEqual(['osmanthus', 'tea-7', 'tea-7', 'tea-7'])
  })
  it('picks nothing that was not named, nor a thing of another kind', () => {
    expect(pick('来杯美式')).toBeUndefined()
    expect(pickItem('the first one', items, 'doctor', true).candidates).toEqual([])
  })
})
