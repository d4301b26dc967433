import { useEffect } from 'react'
import { offerText } from '../native/text-feed'
import type { MessageTextProps } from './message-text-props'

/**
 * Text in a native component. Taro would send the text, or the list of its pieces, again with every change; the native
 * component takes the segments from the feed and sends only what was added.
 */
export function MessageText({ part, isEnded }: MessageTextProps) {
  useEffect(() => offerText(part.id, part.segments, isEnded), [part.id, part.segments, isEnded])
  return <stream-text part-id={part.id} />
}
