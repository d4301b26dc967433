import type { ReactNode } from 'react'

export interface TapProps {
  className?: string
  /** What it does, in words, where it shows only an icon. */
  label?: string
  /** Set on a choice that can be on or off. */
  isPressed?: boolean
  /** Set where it opens and closes something. */
  isExpanded?: boolean
  isDisabled?: boolean
  onTap: () => void
  children?: ReactNode
  /** A name for tests. */
  testId?: string
}
