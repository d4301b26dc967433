import { memo, useRef } from 'react'
import { useStrings } from '../locale'
import { BlockReader } from '../text-blocks'
import type { MessageTextProps } from './message-text-props'

/** Text as paragraphs and code. Each piece is a node of its own that never changes, so growing text only adds nodes. */
export const MessageText = memo(function MessageText({ part, isEnded }: MessageTextProps) {
  const s = useStrings()
  const reader = useRef<{ id: string; blocks: BlockReader }>()
  if (reader.current?.id !== part.id) reader.current = { id: part.id, blocks: new BlockReader() }
  const blocks = reader.current.blocks.readAll(part.segments, isEnded)
  return (
    <div className="text" data-test="text">
      {blocks.map((block, index) => {
        const pieces = <Pieces pieces={block.pieces} count={block.pieces.length} />
        if (block.kind === 'prose') return <div key={index} className="text__prose">{pieces}</div>
        return (
          <div key={index} className="text__code" role="group" aria-label={block.language || s.code}>
            <pre tabIndex={0}>{pieces}</pre>
          </div>
        )
      })}
    </div>
  )
})

const Pieces = memo(function Pieces({ pieces }: { pieces: string[]; count: number }) {
  return <>{pieces.map((piece, index) => <span key={index}>{piece}</span>)}</>
})
