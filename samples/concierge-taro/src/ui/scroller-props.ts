import type { ReactNode } from 'react'

export interface ScrollerProps {
  /** Name of the region. */
  label: string
  jumpLabel: string
  /** What is there is read from its start: nothing has been said yet. */
  startsAtTop: boolean
  /** Changes when the user sends something: from then on the end is followed again. */
  followKey: number
  /** Changes whenever there is more to see. */
  growth: unknown
  children: ReactNode
}
