import { Text, View } from '@tarojs/components'
import { useEffect, useState } from 'react'
import { useStrings } from '../locale'
import { Icon } from '../ui/Icon'
import { Tap } from '../ui/Tap'
import './header.scss'

interface HeaderProps {
  isOnline: boolean
  canClear: boolean
  onSwitchLanguage: () => void
  onClear: () => void
}

export function Header({ isOnline, canClear, onSwitchLanguage, onClear }: HeaderProps) {
  const s = useStrings()
  return (
    <View className="header">
      <View className="header__mark"><Icon name="boat" /></View>
      <View className="header__names">
        <Text className="header__brand">{s.brand}</Text>
        <View className={`header__state ${isOnline ? '' : 'header__state--off'}`}>
          <View className="header__dot" />
          <Text className="header__state-text">{isOnline ? `${s.open} · ${s.brandSub}` : s.offlineShort}</Text>
        </View>
      </View>
      {canClear && <ClearTap onClear={onClear} />}
      <Tap className="header__tap" label={s.switchLanguageLabel} onTap={onSwitchLanguage} testId="language">
        <Text className="header__language">{s.switchLanguage}</Text>
      </Tap>
    </View>
  )
}

/** Clearing cannot be undone, so it takes a second tap within three seconds. */
function ClearTap({ onClear }: { onClear: () => void }) {
  const s = useStrings()
  const [isSure, setSure] = useState(false)
  useEffect(() => {
    if (!isSure) return
    const timer = setTimeout(() => setSure(false), 3000)
    return () => clearTimeout(timer)
  }, [isSure])
  return (
    <Tap className={`header__tap ${isSure ? 'header__tap--sure' : ''}`} label={isSure ? s.newTalkAsk : s.newTalk} testId="clear"
      onTap={() => (isSure ? onClear() : setSure(true))}>
      {isSure ? <Text className="header__sure">{s.newTalkAsk}</Text> : <Icon name="clear" />}
    </Tap>
  )
}
