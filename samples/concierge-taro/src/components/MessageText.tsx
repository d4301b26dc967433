import { Text, View } from '@tarojs/components'
import { useRef } from 'react'
import { BlockReader } from '../text-blocks'
import type { MessageTextProps } from './message-text-props'

/** Text as paragraphs and code, drawn by Taro: one node a block, so that an ended block is not sent again. */
export function MessageText({ part, isEnded }: MessageTextProps) {
  const reader = useRef<{ id: string; blocks: BlockReader }>()
  if (reader.current?.id !== part.id) reader.current = { id: part.id, blocks: new BlockReader() }
  const blocks = reader.current.blocks.readAll(part.segments, isEnded)
  return (
    <View className="text">
      {blocks.map((block, index) => (
        <View key={index} className={block.kind === 'prose' ? 'text__prose' : 'text__code'}><Text selectable>{block.pieces.join('')}</Text></View>
      ))}
    </View>
  )
}
