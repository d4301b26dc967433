import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Icon } from './Icon'
import { Tap } from './Tap'
import type { ScrollerProps } from './scroller-props'

/** How near to the end still counts as reading the end. */
const nearPx = 56

/** Follows the end while the reader is there, and never moves the text under someone who scrolled up. */
export function Scroller({ label, jumpLabel, startsAtTop, followKey, children }: ScrollerProps) {
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const follows = useRef(true)
  const lastTop = useRef(0)
  const isTop = useRef(startsAtTop)
  isTop.current = startsAtTop
  const [isAway, setAway] = useState(false)

  function toEnd() {
    follows.current = true
    setAway(false)
    box.current!.scrollTop = isTop.current ? 0 : box.current!.scrollHeight
  }

  useLayoutEffect(toEnd, [followKey])
  useEffect(() => {
    const watch = new ResizeObserver(() => follows.current && toEnd())
    watch.observe(content.current!)
    watch.observe(box.current!)
    return () => watch.disconnect()
  }, [])

  function onScroll() {
    const { scrollTop, scrollHeight, clientHeight } = box.current!
    const isNear = scrollHeight - scrollTop - clientHeight < nearPx
    if (isNear) follows.current = true
    else if (scrollTop < lastTop.current - 1) follows.current = false
    lastTop.current = scrollTop
    setAway(!follows.current && !isTop.current)
  }

  return (
    <div className="scroller">
      <div ref={box} className="scroller__box" tabIndex={0} role="log" aria-label={label} data-test="log" onScroll={onScroll}>
        <div ref={content} className="scroller__content">{children}</div>
      </div>
      {isAway && (
        <Tap className="jump" onTap={toEnd} testId="jump">
          <Icon name="down" />
          <span>{jumpLabel}</span>
        </Tap>
      )}
    </div>
  )
}
