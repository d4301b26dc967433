import { Text, View } from '@tarojs/components'
import { useEffect, useState } from 'react'
import { useStrings } from '../locale'
import { Field } from '../ui/Field'
import { Icon } from '../ui/Icon'
import { Tap } from '../ui/Tap'
import './composer.scss'

interface ComposerProps {
  isRunning: boolean
  isRestoring: boolean
  /** Says that AI generates the answers. */
  label: string
  /** A message that is being rewritten. */
  editing?: { id: string; text: string }
  onSend: (text: string) => void
  onStop: () => void
  onEditEnd: () => void
}

export function Composer({ isRunning, isRestoring, label, editing, onSend, onStop, onEditEnd }: ComposerProps) {
  const s = useStrings()
  const [text, setText] = useState('')
  const canSend = text.trim() !== '' && !isRestoring
  useEffect(() => setText(editing?.text ?? ''), [editing])

  function send() {
    if (!canSend) return
    onSend(text.trim())
    setText('')
  }

  return (
    <View className="composer">
      {editing && (
        <View className="composer__editing">
          <Icon name="edit" />
          <Text className="composer__editing-text">{s.editing}</Text>
          <Tap className="action" label={s.cancelEdit} onTap={onEditEnd} testId="edit-cancel"><Icon name="close" /></Tap>
        </View>
      )}
      <View className="composer__row">
        <View className="composer__field">
          <Field value={text} label={s.placeholder} placeholder={editing ? s.placeholderEdit : s.placeholder} focusKey={editing?.id}
            onChange={setText} onEnter={send} onEscape={editing && onEditEnd} />
        </View>
        {isRunning && (
          <Tap className="round round--stop" label={s.stop} onTap={onStop} testId="stop"><Icon name="stop" /></Tap>
        )}
        {(!isRunning || canSend) && (
          <Tap className="round round--send" label={isRunning ? s.sendQueued : s.send} isDisabled={!canSend} onTap={send} testId="send"><Icon name="send" /></Tap>
        )}
      </View>
      {label && <Text className="composer__label" data-test="ai-label">{label}</Text>}
    </View>
  )
}
