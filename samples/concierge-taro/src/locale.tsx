import Taro from '@tarojs/taro'
import { createContext, useContext, useState } from 'react'
import { systemLocale } from './platform'
import { strings, type Locale, type Strings } from './strings'

const key = 'sampan-coffee:locale'

export const LocaleContext = createContext<Locale>('zh')

export function useLocale(): Locale {
  return useContext(LocaleContext)
}

export function useStrings(): Strings {
  return strings[useLocale()]
}

/** The language chosen on this device, or that of the system. */
export function useChosenLocale(): [Locale, (locale: Locale) => void] {
  const [locale, setLocale] = useState<Locale>(() => {
    const chosen: unknown = Taro.getStorageSync(key)
    return chosen === 'zh' || chosen === 'en' ? chosen : systemLocale()
  })
  return [locale, chosen => {
    setLocale(chosen)
    try {
      Taro.setStorageSync(key, chosen)
    } catch {
      // Storage is full: the choice holds until the page is left.
    }
  }]
}
