import { Text, View } from '@tarojs/components'
import { useStrings } from '../locale'
import { Tap } from '../ui/Tap'
import './welcome.scss'

/** The empty conversation: the river, a question, and things one could say. */
export function Welcome({ onSay }: { onSay: (text: string) => void }) {
  const s = useStrings()
  return (
    <View className="welcome" data-test="welcome">
      <View className="river" aria-hidden="true">
        <View className="river__moon" />
        <View className="river__wave river__wave--far" />
        <View className="river__boat">
          <View className="river__steam" />
          <View className="river__pole" />
          <View className="river__canopy" />
          <View className="river__rib" />
          <View className="river__hull" />
        </View>
        <View className="river__wave river__wave--mid" />
        <View className="river__wave river__wave--near" />
      </View>
      <Text className="welcome__title">{s.greeting}</Text>
      <Text className="welcome__more">{s.greetingMore}</Text>
      <View className="welcome__chips">
        {s.suggestions.map(text => (
          <Tap key={text} className="chip" onTap={() => onSay(text)} testId="chip"><Text>{text}</Text></Tap>
        ))}
      </View>
    </View>
  )
}
