import { Text, View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { useEffect, useMemo, useState, type CSSProperties } from 'react'
import { toClipboardText } from 'sampan/middleware/label'
import type { BaristaMessage, OrderPart } from '../../agent'
import { ApprovalSheet } from '../../components/ApprovalSheet'
import { Composer } from '../../components/Composer'
import { Header } from '../../components/Header'
import { Message, type MessageActions } from '../../components/Message'
import { Notice } from '../../components/Notice'
import { OrdersCard } from '../../components/OrdersCard'
import { Welcome } from '../../components/Welcome'
import { LocaleContext, useChosenLocale } from '../../locale'
import { useOrders } from '../../orders'
import { textUnit } from '../../platform'
import { strings } from '../../strings'
import { Scroller } from '../../ui/Scroller'
import { useKeyboardInset } from '../../ui/useKeyboardInset'
import { useBarista, useOnline } from './use-barista'
import './index.scss'

export default function IndexPage() {
  const [locale, setLocale] = useChosenLocale()
  const s = strings[locale]
  const { thread, messages, status, isRestoring, queued, error, label } = useBarista(locale)
  const orders = useOrders()
  const isOnline = useOnline()
  const inset = useKeyboardInset()
  const [sent, setSent] = useState(0)
  const [selected, setSelected] = useState('')
  const [closed, setClosed] = useState('')
  const [editing, setEditing] = useState<{ id: string; text: string }>()
  const [toast, showToast] = useToast()

  const asking = openQuestion(messages)
  const sheet = asking && asking.toolCallId !== closed ? asking : undefined
  const isRunning = status === 'running'
  const isStorageFull = error?.code === 'thread/storage-full'

  function say(text: string) {
    if (editing) thread.edit(editing.id, text)
    else thread.send(text)
    setEditing(undefined)
    setSent(count => count + 1)
  }

  const actions = useMemo<MessageActions>(() => ({
    onCopy(message) {
      // A copy of generated text carries its label along.
      const text = message.role === 'user' ? plainText(message) : toClipboardText({ id: message.id, content: plainText(message) }, locale)
      Taro.setClipboardData({ data: text }).then(() => showToast(s.copied), () => showToast(s.copyFailed))
      if (process.env.TARO_ENV === 'h5') Taro.hideToast()
    },
    onEdit: message => setEditing({ id: message.id, text: plainText(message) }),
    onRegenerate(message) {
      thread.regenerate(message.id)
      setSent(count => count + 1)
    },
    onReview: () => setClosed(''),
    onSelect: messageId => setSelected(last => (last === messageId ? '' : messageId)),
  }), [thread, s, locale, showToast])

  const isEmpty = !isRestoring && !messages.length && !queued.length
  return (
    <LocaleContext.Provider value={locale}>
      <View className={`page page--${locale}`} style={{ '--u': textUnit(), paddingBottom: `${inset}px` } as CSSProperties} data-test="page" data-status={status}>
        <View className="page__main" {...(sheet ? { inert: '' } : {})}>
          <Header isOnline={isOnline} canClear={messages.length > 0} onSwitchLanguage={() => setLocale(locale === 'zh' ? 'en' : 'zh')}
            onClear={() => { thread.clear(); setEditing(undefined) }} />
          <OrdersCard orders={orders} />
          {!isOnline && <Notice kind="offline" text={s.offline} />}
          {isStorageFull && <Notice kind="storage" text={s.storageFull} />}
          <Scroller label={s.conversation} jumpLabel={s.jump} startsAtTop={isEmpty} followKey={sent} growth={messages}>
            {isRestoring && <View className="restoring" data-test="restoring"><View className="ripple"><View className="ripple__ring" /><View className="ripple__ring" /><View className="ripple__ring" /></View><Text>{s.restoring}</Text></View>}
            {isEmpty && <Welcome onSay={say} />}
            {messages.map((message, index) => (
              <Message key={message.id} message={message} isLast={index === messages.length - 1} isSelected={message.id === selected} actions={actions} />
            ))}
            {queued.map((text, index) => (
              <View key={index} className="message message--user message--queued" data-test="queued">
                <View className="message__body"><Text className="text">{text}</Text></View>
                <Text className="message__end">{s.queued}</Text>
              </View>
            ))}
          </Scroller>
          <Composer isRunning={isRunning} isRestoring={isRestoring} label={label} editing={editing} onSend={say} onStop={() => thread.cancel()} onEditEnd={() => setEditing(undefined)} />
        </View>
        {sheet && (
          <ApprovalSheet key={sheet.toolCallId} part={sheet} onClose={() => setClosed(sheet.toolCallId)}
            onConfirm={changed => thread.approve(sheet.toolCallId, changed)} onDeny={() => thread.deny(sheet.toolCallId, s.denied)} />
        )}
        <View className={`toast ${toast ? 'toast--on' : ''}`} role="status"><Text>{toast}</Text></View>
        <View className="sr-only" role="status">{status === 'running' ? s.streaming : status === 'waiting' ? s.waitingForYou : messages.length ? s.answered : ''}</View>
      </View>
    </LocaleContext.Provider>
  )
}

/** The order that waits for an answer, if there is one. */
function openQuestion(messages: readonly BaristaMessage[]): OrderPart | undefined {
  const last = messages[messages.length - 1]
  if (last?.status !== 'waiting') return undefined
  for (const part of last.parts) if (part.type === 'tool-call' && part.toolName === 'createOrder' && part.state === 'asking') return part
  return undefined
}

function plainText(message: BaristaMessage): string {
  return message.parts.map(part => (part.type === 'text' ? part.text : '')).filter(Boolean).join('\n')
}

/** A short note that goes away by itself. */
function useToast(): [string, (text: string) => void] {
  const [toast, setToast] = useState({ text: '', count: 0 })
  useEffect(() => {
    if (!toast.text) return
    const timer = setTimeout(() => setToast({ text: '', count: 0 }), 1800)
    return () => clearTimeout(timer)
  }, [toast])
  const show = useMemo(() => (text: string) => setToast(last => ({ text, count: last.count + 1 })), [])
  return [toast.text, show]
}
