import { useEffect, useRef, type KeyboardEvent } from 'react'
import { Icon } from './Icon'
import { Tap } from './Tap'
import type { SheetProps } from './sheet-props'

/** A dialog at the bottom. It takes the focus, keeps it, and gives it back. */
export function Sheet({ label, closeLabel, onClose, children }: SheetProps) {
  const sheet = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    // The sheet itself, not its first button: an Enter meant for the text field must not confirm anything.
    sheet.current!.focus({ preventScroll: true })
    return () => (before?.isConnected ? before : document.querySelector<HTMLElement>('[data-test=field]'))?.focus({ preventScroll: true })
  }, [])

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape') onClose()
    if (event.key !== 'Tab') return
    const stops = [...sheet.current!.querySelectorAll<HTMLElement>('button:not(:disabled), input, textarea')]
    const first = stops[0]
    const last = stops[stops.length - 1]
    const active = document.activeElement
    const isInside = active !== sheet.current && sheet.current!.contains(active)
    if (event.shiftKey ? active === first || !isInside : active === last) {
      event.preventDefault()
      ;(event.shiftKey ? last : first)?.focus()
    }
  }

  return (
    <div className="sheet-layer" onKeyDown={onKeyDown}>
      <div className="sheet-scrim" onClick={onClose} />
      <div ref={sheet} className="sheet" role="dialog" aria-modal="true" aria-label={label} tabIndex={-1} data-test="sheet">
        <div className="sheet__wave" aria-hidden="true" />
        <div className="sheet__body">{children}</div>
        <Tap className="sheet__close" label={closeLabel} onTap={onClose} testId="sheet-close"><Icon name="close" /></Tap>
      </div>
    </div>
  )
}
