import { Text, View } from '@tarojs/components'
import { Icon } from '../ui/Icon'
import './notice.scss'

/** A state of the whole page that the person should know of while it lasts. */
export function Notice({ text, kind }: { text: string; kind: 'offline' | 'storage' }) {
  return (
    <View className={`notice notice--${kind}`} role="status" data-test={`notice-${kind}`}>
      <Icon name={kind === 'offline' ? 'cloud-off' : 'info'} />
      <Text className="notice__text">{text}</Text>
    </View>
  )
}
