import type { ReactNode } from 'react'

export interface SheetProps {
  label: string
  closeLabel: string
  /** Closing answers nothing: the question stays open in the conversation. */
  onClose: () => void
  children: ReactNode
}
