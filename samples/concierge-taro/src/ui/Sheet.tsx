import { ScrollView, View } from '@tarojs/components'
import { Icon } from './Icon'
import { Tap } from './Tap'
import type { SheetProps } from './sheet-props'

/** A dialog at the bottom. */
export function Sheet({ label, closeLabel, onClose, children }: SheetProps) {
  return (
    <View className="sheet-layer" catchMove>
      <View className="sheet-scrim" onClick={onClose} />
      <View className="sheet" {...{ ariaRole: 'dialog', ariaLabel: label }}>
        <View className="sheet__wave" />
        <ScrollView className="sheet__body" scrollY>{children}</ScrollView>
        <Tap className="sheet__close" label={closeLabel} onTap={onClose}><Icon name="close" /></Tap>
      </View>
    </View>
  )
}
