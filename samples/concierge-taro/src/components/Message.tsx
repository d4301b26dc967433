import { Text, View } from '@tarojs/components'
import { memo } from 'react'
import type { BaristaMessage } from '../agent'
import { useStrings } from '../locale'
import { Icon } from '../ui/Icon'
import { Tap } from '../ui/Tap'
import { MenuCard } from './MenuCard'
import { MessageText } from './MessageText'
import { OrderCallCard } from './OrderCallCard'
import './message.scss'

export interface MessageActions {
  onCopy: (message: BaristaMessage) => void
  onEdit: (message: BaristaMessage) => void
  onRegenerate: (message: BaristaMessage) => void
  onReview: (toolCallId: string) => void
  onSelect: (messageId: string) => void
}

interface MessageProps {
  message: BaristaMessage
  isLast: boolean
  isSelected: boolean
  actions: MessageActions
}

/** One utterance. Its props change only when it does, so a growing answer leaves the others alone. */
export const Message = memo(function Message({ message, isLast, isSelected, actions }: MessageProps) {
  const s = useStrings()
  const isUser = message.role === 'user'
  const isLive = message.status === 'streaming'
  const shows = isLast || isSelected
  const hasText = message.parts.some(part => part.type === 'text')
  return (
    <View className={`message message--${message.role} ${shows ? 'message--shows' : ''}`} role="article" aria-busy={isLive ? 'true' : 'false'}
      aria-label={isUser ? s.you : s.barista} data-test={message.role} data-status={message.status}>
      {!isUser && (
        <View className={`message__who ${isLive ? 'message__who--live' : ''}`} aria-hidden="true">
          <Icon name="boat" />
          <Text>{s.barista}{isLive ? ` · ${message.parts.length ? s.streaming : s.thinking}` : ''}</Text>
        </View>
      )}
      <View className="message__body" onClick={() => actions.onSelect(message.id)}>
        {message.parts.map(part => {
          if (part.type === 'text') return <MessageText key={part.id} part={part} isEnded={!isLive} />
          if (part.type !== 'tool-call') return null
          if (part.toolName === 'findDrinks') return <MenuCard key={part.id} part={part} />
          return <OrderCallCard key={part.id} part={part} isOver={message.status !== 'streaming' && message.status !== 'waiting'} onReview={actions.onReview} />
        })}
        {isLive && !message.parts.length && <View className="ripple" aria-hidden="true"><View className="ripple__ring" /><View className="ripple__ring" /><View className="ripple__ring" /></View>}
      </View>
      {message.status === 'cancelled' && <Text className="message__end">{s.cancelled}</Text>}
      {message.error && <ErrorNote message={message} onRetry={isLast ? () => actions.onRegenerate(message) : undefined} />}
      {!isLive && message.status !== 'waiting' && (
        <View className="message__actions">
          {hasText && <Tap className="action" label={s.copy} onTap={() => actions.onCopy(message)} testId="copy"><Icon name="copy" /></Tap>}
          {isUser
            ? <Tap className="action" label={s.edit} onTap={() => actions.onEdit(message)} testId="edit"><Icon name="edit" /></Tap>
            : !message.error && <Tap className="action" label={s.regenerate} onTap={() => actions.onRegenerate(message)} testId="regenerate"><Icon name="again" /></Tap>}
        </View>
      )}
    </View>
  )
})

/** What went wrong, in our own words where we have them, and a way on. */
function ErrorNote({ message, onRetry }: { message: BaristaMessage; onRetry?: () => void }) {
  const s = useStrings()
  const { code, text } = message.error!
  const own = code === 'transport/offline' ? s.offlineError
    : code === 'transport/truncated' || code === 'transport/suspended' ? s.interrupted
    : code === 'transport/failed' || code === 'transport/timeout' || code === 'transport/server' ? s.unreachable
    : text || s.someError
  return (
    <View className="error" role="alert" data-test="error" data-code={code}>
      <Icon name="cloud-off" className="error__icon" />
      <View className="error__body">
        <Text className="error__text">{own}</Text>
        {onRetry && <Tap className="error__retry" onTap={onRetry} testId="retry"><Text>{s.retry}</Text></Tap>}
      </View>
    </View>
  )
}
