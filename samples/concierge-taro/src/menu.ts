import type { Locale } from './strings'

export type Size = 'small' | 'medium' | 'large'
export const sizes: readonly Size[] = ['small', 'medium', 'large']

export interface Drink {
  id: string
  name: Record<Locale, string>
  about: Record<Locale, string>
  /** Price in yuan, by size. A size that is missing is not served. */
  prices: Partial<Record<Size, number>>
  /** How it can be had. */
  served: readonly ('hot' | 'iced')[]
  /** Other words a person may use for it. */
  words: string
}

export const menu: readonly Drink[] = [
  { id: 'latte', name: { zh: '拿铁', en: 'Latte' }, about: { zh: '中深烘，奶香厚', en: 'Dark roast, round with milk' }, prices: { small: 22, medium: 26, large: 30 }, served: ['hot', 'iced'], words: '牛奶 奶咖 咖啡 milk coffee 推荐' },
  { id: 'americano', name: { zh: '美式', en: 'Americano' }, about: { zh: '干净，微苦回甘', en: 'Clean, a touch bitter' }, prices: { small: 16, medium: 19, large: 22 }, served: ['hot', 'iced'], words: '黑咖啡 咖啡 black coffee 不甜 提神' },
  { id: 'cappuccino', name: { zh: '卡布奇诺', en: 'Cappuccino' }, about: { zh: '奶泡细，肉桂可选', en: 'Fine foam, cinnamon if you like' }, prices: { small: 22, medium: 26 }, served: ['hot'], words: '牛奶 奶泡 咖啡 milk foam coffee' },
  { id: 'flat-white', name: { zh: '澳白', en: 'Flat White' }, about: { zh: '浓缩双份，奶少', en: 'Double shot, little milk' }, prices: { small: 24, medium: 28 }, served: ['hot', 'iced'], words: '馥芮白 牛奶 咖啡 strong milk coffee' },
  { id: 'mocha', name: { zh: '摩卡', en: 'Mocha' }, about: { zh: '黑巧克力和浓缩', en: 'Dark chocolate and espresso' }, prices: { small: 25, medium: 29, large: 33 }, served: ['hot', 'iced'], words: '巧克力 甜 咖啡 chocolate sweet coffee' },
  { id: 'dirty', name: { zh: '脏咖啡', en: 'Dirty' }, about: { zh: '冰奶上浇热浓缩', en: 'Hot espresso over cold milk' }, prices: { small: 28 }, served: ['iced'], words: 'dirty 牛奶 咖啡 milk coffee' },
  { id: 'osmanthus', name: { zh: '桂花拿铁', en: 'Osmanthus Latte' }, about: { zh: '江南桂花酿，微甜', en: 'Osmanthus syrup, gently sweet' }, prices: { small: 26, medium: 30, large: 34 }, served: ['hot', 'iced'], words: '拿铁 花香 牛奶 咖啡 latte floral coffee 推荐' },
  { id: 'cold-brew', name: { zh: '冷萃', en: 'Cold Brew' }, about: { zh: '浸十二小时，顺滑', en: 'Steeped twelve hours, smooth' }, prices: { medium: 26, large: 30 }, served: ['iced'], words: '黑咖啡 冰 咖啡 cold black coffee 不甜 提神' },
  { id: 'decaf-latte', name: { zh: '低因拿铁', en: 'Decaf Latte' }, about: { zh: '瑞士水处理，晚上也能喝', en: 'Swiss water decaf, fine at night' }, prices: { small: 24, medium: 28, large: 32 }, served: ['hot', 'iced'], words: '拿铁 不含咖啡因 低咖啡因 无咖啡因 牛奶 latte decaffeinated milk' },
  { id: 'dancong', name: { zh: '凤凰单丛', en: 'Dancong Oolong' }, about: { zh: '蜜兰香，冷泡或热泡', en: 'Honey-orchid oolong, hot or cold' }, prices: { small: 20, medium: 24, large: 28 }, served: ['hot', 'iced'], words: '茶 乌龙 不含咖啡 tea oolong 不甜 花香' },
]

export function findDrink(drinkId: string | undefined): Drink | undefined {
  return menu.find(drink => drink.id === drinkId)
}

/** Drinks that a keyword names, the best match first. An empty keyword names all of them. */
export function searchMenu(keyword: string): Drink[] {
  const wanted = keyword.trim().toLowerCase()
  if (!wanted) return [...menu]
  const pieces = wanted.split(/[\s,，、]+/).filter(Boolean)
  return menu
    .map(drink => ({ drink, score: matchScore(drink, wanted, pieces) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ drink }) => drink)
}

function matchScore(drink: Drink, wanted: string, pieces: string[]): number {
  const names = [drink.id, drink.name.zh, drink.name.en.toLowerCase()]
  if (names.includes(wanted)) return 10
  const text = [...names, drink.about.zh, drink.about.en, drink.words].join(' ').toLowerCase()
  let score = names.some(name => name.includes(wanted) || wanted.includes(name)) ? 5 : 0
  for (const piece of pieces) if (text.includes(piece)) score += 1
  return score
}

export interface OrderArgs {
  drinkId: string
  size: Size
  quantity: number
  iced: boolean
  note?: string
}

/** What an order costs in yuan; `undefined` if the drink or the size is not on the menu. */
export function orderTotal(order: Partial<OrderArgs>): number | undefined {
  const price = order.size && findDrink(order.drinkId)?.prices[order.size]
  return price === undefined ? undefined : price * (order.quantity ?? 1)
}

/** Whether two orders ask for the same. */
export function isSameOrder(one: Partial<OrderArgs>, other: Partial<OrderArgs>): boolean {
  return (['drinkId', 'size', 'quantity', 'iced', 'note'] as const).every(field => one[field] === other[field])
}

/** The arguments a model gave, made to fit the menu: a size we serve, hot or iced as we can, a sane quantity. */
export function fitToMenu(order: Partial<OrderArgs>): OrderArgs {
  const drink = findDrink(order.drinkId)
  const served = sizes.filter(size => drink?.prices[size] !== undefined)
  const size = order.size && served.includes(order.size) ? order.size : served[served.length - 1] ?? 'medium'
  const iced = drink && drink.served.length === 1 ? drink.served[0] === 'iced' : order.iced === true
  const quantity = Math.min(9, Math.max(1, Math.round(Number(order.quantity) || 1)))
  return { drinkId: order.drinkId ?? '', size, quantity, iced, ...(order.note ? { note: order.note } : {}) }
}
