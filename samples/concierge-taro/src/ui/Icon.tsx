import { View } from '@tarojs/components'
import './icon.scss'

export type IconName =
  | 'boat' | 'send' | 'stop' | 'copy' | 'edit' | 'again' | 'close' | 'chevron' | 'check' | 'down' | 'plus' | 'minus' | 'clear' | 'cup' | 'cloud-off' | 'info'

/** A sign in the colour of the text around it. Always beside words or inside something that has a label. */
export function Icon({ name, className }: { name: IconName; className?: string }) {
  return <View className={`icon icon--${name} ${className ?? ''}`} aria-hidden="true" />
}
