import { Text, View } from '@tarojs/components'
import type { MenuPart } from '../agent'
import { useLocale, useStrings } from '../locale'
import type { Drink } from '../menu'
import type { Strings } from '../strings'
import './cards.scss'

/** What `findDrinks` found, as a piece of the menu. */
export function MenuCard({ part }: { part: MenuPart }) {
  const s = useStrings()
  const locale = useLocale()
  const keyword = part.args.keyword ?? ''
  const drinks = (part.result?.drinks ?? []) as Omit<Drink, 'words'>[]
  const title = part.state === 'failed' || part.state === 'denied' ? s.lookUpFailed
    : part.state !== 'done' ? s.lookingUp
    : drinks.length ? s.lookedUp(keyword, drinks.length) : s.lookedUpNone(keyword)
  return (
    <View className="card" data-test="menu" data-state={part.state}>
      <Text className="card__title">{title}</Text>
      {drinks.map(drink => (
        <View key={drink.id} className="card__row">
          <View className="card__what">
            <Text className="card__name">{drink.name[locale]}</Text>
            <Text className="card__about">{drink.about[locale]}</Text>
          </View>
          <Text className="card__price">{priceText(Object.values(drink.prices), s)}</Text>
        </View>
      ))}
    </View>
  )
}

/** The lowest of some prices. */
function priceText(prices: number[], s: Strings): string {
  return s.price(Math.min(...prices), prices.length > 1)
}
