import Taro from '@tarojs/taro'
import { useEffect, useState } from 'react'

/** How much of the page's bottom the keyboard covers, in px. */
export function useKeyboardInset(): number {
  const [inset, setInset] = useState(0)
  useEffect(() => {
    // Not every host tells it: there the keyboard covers what it covers.
    if (!Taro.onKeyboardHeightChange) return
    const listener = ({ height }: { height: number }) => setInset(height)
    Taro.onKeyboardHeightChange(listener)
    return () => Taro.offKeyboardHeightChange(listener)
  }, [])
  return inset
}
