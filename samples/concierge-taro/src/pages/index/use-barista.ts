import { useEffect, useRef, useState } from 'react'
import { useThread } from 'sampan/view/react'
import { openThread } from '../../agent'
import { isOnline as isOnlineNow, platform } from '../../platform'
import type { Locale } from '../../strings'

/** The conversation. A change of language opens it anew in that language, as soon as nothing runs. */
export function useBarista(locale: Locale) {
  const [opened, setOpened] = useState(() => ({ thread: openThread(locale), locale }))
  const { thread } = opened
  const { messages, status, queued, error, label } = useThread(thread)
  useEffect(() => {
    if (opened.locale === locale || status !== 'idle') return
    thread.dispose()
    setOpened({ thread: openThread(locale), locale })
  }, [opened, locale, status, thread])

  // While the conversation is read again, what was on the screen stays on it.
  const last = useRef(messages)
  if (status !== 'restoring') last.current = messages
  const isRestoring = status === 'restoring' && !last.current.length
  return { thread, messages: last.current, status, isRestoring, queued, error, label }
}

export function useOnline(): boolean {
  const [isOnline, setOnline] = useState(isOnlineNow)
  useEffect(() => platform.onSignal(signal => {
    if (signal === 'online' || signal === 'offline') setOnline(signal === 'online')
  }), [])
  return isOnline
}
