import { ScrollView, Text, View } from '@tarojs/components'
import { useEffect, useRef, useState } from 'react'
import { Icon } from './Icon'
import { Tap } from './Tap'
import type { ScrollerProps } from './scroller-props'

/** Follows the end while the reader is there, and never moves the text under someone who scrolled up. */
export function Scroller({ label, jumpLabel, startsAtTop, followKey, growth, children }: ScrollerProps) {
  const [top, setTop] = useState(0)
  const [isAway, setAway] = useState(false)
  const lastTop = useRef(0)

  function toEnd() {
    setAway(false)
    if (startsAtTop) return
    // Farther than any end. It has to differ from the last one, or the host does not move.
    setTop(last => (last >= 1e6 ? last + 1 : 1e6))
  }

  useEffect(toEnd, [followKey])
  useEffect(() => {
    if (!isAway) toEnd()
    // Only growth scrolls; arriving at the end does not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [growth])

  return (
    <View className="scroller">
      <ScrollView className="scroller__box" scrollY enhanced showScrollbar={false} scrollTop={top} lowerThreshold={56} aria-label={label}
        onScrollToLower={() => setAway(false)}
        onScroll={event => {
          if (event.detail.scrollTop < lastTop.current - 8) setAway(true)
          lastTop.current = event.detail.scrollTop
        }}>
        <View className="scroller__content">{children}</View>
      </ScrollView>
      {isAway && (
        <Tap className="jump" onTap={toEnd}>
          <Icon name="down" />
          <Text>{jumpLabel}</Text>
        </Tap>
      )}
    </View>
  )
}
