import { Text, View } from '@tarojs/components'
import { useState } from 'react'
import { useLocale, useStrings } from '../locale'
import { findDrink } from '../menu'
import type { Order } from '../orders'
import type { Locale, Strings } from '../strings'
import { Icon } from '../ui/Icon'
import { Tap } from '../ui/Tap'
import './orders-card.scss'

/** What was ordered on this device: the newest in one line, all of them when opened. */
export function OrdersCard({ orders }: { orders: readonly Order[] }) {
  const s = useStrings()
  const locale = useLocale()
  const [isOpen, setOpen] = useState(false)
  if (!orders.length) return null
  return (
    <View className="orders" data-test="orders">
      <Tap className="orders__head" isExpanded={isOpen} onTap={() => setOpen(!isOpen)} testId="orders-toggle">
        <Icon name="cup" className="orders__cup" />
        <View className="orders__line">
          <Text className="orders__title">{s.ordersCount(orders.length)}</Text>
          <Text className="orders__latest">{s.orderNumber(orders[0]!.number)} · {orderLine(orders[0]!, s, locale)}</Text>
        </View>
        <Icon name="chevron" className={`orders__chevron ${isOpen ? 'orders__chevron--open' : ''}`} />
      </Tap>
      {isOpen && (
        <View className="orders__list">
          {orders.map(order => (
            <View key={order.id} className="orders__row" data-test="order">
              <Text className="orders__number">{order.number}</Text>
              <View className="orders__what">
                <Text className="orders__name">{orderLine(order, s, locale)}</Text>
                <Text className="orders__when">{timeText(order.at)}{order.note ? ` · ${order.note}` : ''}</Text>
              </View>
              <Text className="orders__price">¥{order.total}</Text>
            </View>
          ))}
        </View>
      )}
    </View>
  )
}

/** `大杯 冰 拿铁 ×1`, without the price. */
export function orderLine(order: Omit<Order, 'id' | 'number' | 'total' | 'at'>, s: Strings, locale: Locale): string {
  const name = findDrink(order.drinkId)?.name[locale] ?? order.drinkId
  return `${name} · ${s[order.size]} · ${order.iced ? s.iced : s.hot} ×${order.quantity}`
}

function timeText(at: number): string {
  const time = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${time.getMonth() + 1}/${time.getDate()} ${two(time.getHours())}:${two(time.getMinutes())}`
}
