import { Text, View } from '@tarojs/components'
import { useState, type ReactNode } from 'react'
import type { OrderPart } from '../agent'
import { useLocale, useStrings } from '../locale'
import { findDrink, fitToMenu, isSameOrder, orderTotal, sizes, type OrderArgs } from '../menu'
import { Icon } from '../ui/Icon'
import { Sheet } from '../ui/Sheet'
import { Tap } from '../ui/Tap'
import './approval-sheet.scss'

interface ApprovalSheetProps {
  part: OrderPart
  /** `changed` is set where the person asked for something else than the model proposed. */
  onConfirm: (changed?: OrderArgs) => void
  onDeny: () => void
  onClose: () => void
}

/** Asks before an order is placed. What stands here is what will be ordered, also after a change. */
export function ApprovalSheet({ part, onConfirm, onDeny, onClose }: ApprovalSheetProps) {
  const s = useStrings()
  const locale = useLocale()
  const [order, setOrder] = useState(() => fitToMenu(part.args))
  const [isChanging, setChanging] = useState(false)
  const drink = findDrink(order.drinkId)
  const set = (change: Partial<OrderArgs>) => setOrder({ ...order, ...change })
  return (
    <Sheet label={s.confirmTitle} closeLabel={s.close} onClose={onClose}>
      <Text className="approval__title">{s.confirmTitle}</Text>
      <Text className="approval__lead">{drink ? s.confirmLead : s.notOnMenu}</Text>
      <Text className="approval__name" data-test="sheet-drink">{drink?.name[locale] ?? order.drinkId}</Text>
      <Row label={s.size}>
        {isChanging && drink
          ? <Choice options={sizes.filter(size => drink.prices[size] !== undefined).map(size => ({ key: size, text: `${s[size]} ¥${drink.prices[size]}`, isOn: size === order.size, choose: () => set({ size }) }))} />
          : <Text className="approval__value">{s[order.size]}</Text>}
      </Row>
      <Row label={s.temperature}>
        {isChanging && drink && drink.served.length > 1
          ? <Choice options={drink.served.map(kind => ({ key: kind, text: s[kind], isOn: (kind === 'iced') === order.iced, choose: () => set({ iced: kind === 'iced' }) }))} />
          : <Text className="approval__value">{order.iced ? s.iced : s.hot}</Text>}
      </Row>
      <Row label={s.quantity}>
        {isChanging
          ? <View className="stepper">
              <Tap className="stepper__tap" label={s.fewer} isDisabled={order.quantity <= 1} onTap={() => set({ quantity: order.quantity - 1 })} testId="fewer"><Icon name="minus" /></Tap>
              <Text className="stepper__count" aria-live="polite">{order.quantity}</Text>
              <Tap className="stepper__tap" label={s.more} isDisabled={order.quantity >= 9} onTap={() => set({ quantity: order.quantity + 1 })} testId="more"><Icon name="plus" /></Tap>
            </View>
          : <Text className="approval__value">×{order.quantity}</Text>}
      </Row>
      {order.note && <Row label={s.note}><Text className="approval__value approval__value--note">{order.note}</Text></Row>}
      <View className="approval__total">
        <Text>{s.total}</Text>
        <Text className="approval__sum" data-test="sheet-total">¥{orderTotal(order) ?? '—'}</Text>
      </View>
      <View className="approval__buttons">
        <Tap className="button button--main" isDisabled={!drink} onTap={() => onConfirm(isSameOrder(order, part.args) ? undefined : order)} testId="confirm"><Text>{s.confirm}</Text></Tap>
        <View className="approval__pair">
          <Tap className="button button--line" isDisabled={!drink} isPressed={isChanging} onTap={() => setChanging(!isChanging)} testId="change"><Text>{isChanging ? s.changeDone : s.change}</Text></Tap>
          <Tap className="button button--line" onTap={onDeny} testId="deny"><Text>{s.no}</Text></Tap>
        </View>
      </View>
    </Sheet>
  )
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <View className="approval__row">
      <Text className="approval__label">{label}</Text>
      {children}
    </View>
  )
}

interface Option { key: string; text: string; isOn: boolean; choose: () => void }
function Choice({ options }: { options: Option[] }) {
  return (
    <View className="choice">
      {options.map(({ key, text, isOn, choose }) => (
        <Tap key={key} className={`choice__tap ${isOn ? 'choice__tap--on' : ''}`} isPressed={isOn} onTap={choose} testId={`choose-${key}`}><Text>{text}</Text></Tap>
      ))}
    </View>
  )
}
