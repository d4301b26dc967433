import { Text, View } from '@tarojs/components'
import type { OrderPart } from '../agent'
import { useLocale, useStrings } from '../locale'
import { fitToMenu } from '../menu'
import type { Order } from '../orders'
import { Icon } from '../ui/Icon'
import { Tap } from '../ui/Tap'
import { orderLine } from './OrdersCard'
import './cards.scss'

interface OrderCallCardProps {
  part: OrderPart
  /** Its run has ended, so it will not go on. */
  isOver: boolean
  onReview: (toolCallId: string) => void
}

/** How far an order has come: being written, asked about, placed, or not. */
export function OrderCallCard({ part, isOver, onReview }: OrderCallCardProps) {
  const s = useStrings()
  const locale = useLocale()
  const order = part.result as Order | undefined
  const isRefused = part.state === 'denied' || (isOver && part.state !== 'done' && part.state !== 'failed')
  const title = order ? s.placed
    : part.state === 'failed' ? s.orderFailed
    : isRefused ? s.notPlaced
    : part.state === 'asking' ? s.asking
    : part.state === 'executing' ? s.placing : s.ordering
  const line = part.args.drinkId ? orderLine(order ?? fitToMenu(part.args), s, locale) : ''
  return (
    <View className={`ticket ${order ? 'ticket--placed' : ''} ${isRefused ? 'ticket--refused' : ''}`} data-test="order-call" data-state={part.state}>
      <View className="ticket__body">
        <View className="ticket__head">
          <Icon name={order ? 'check' : 'cup'} />
          <Text className="ticket__title">{title}</Text>
          {order && <Text className="ticket__number">{s.orderNumber(order.number)}</Text>}
        </View>
        {line && <Text className="ticket__line">{line}{order ? `   ¥${order.total}` : ''}</Text>}
        {part.state === 'failed' && part.error && <Text className="ticket__error">{part.error}</Text>}
        {part.state === 'asking' && !isOver && (
          <Tap className="button button--soft" onTap={() => onReview(part.toolCallId)} testId="review"><Text>{s.openSheet}</Text></Tap>
        )}
      </View>
      <View className="ticket__edge" aria-hidden="true" />
    </View>
  )
}
