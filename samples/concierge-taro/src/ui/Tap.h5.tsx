import type { TapProps } from './tap-props'

/** Something to press: a real button, so that keyboards and screen readers know it. */
export function Tap({ className, label, isPressed, isExpanded, isDisabled, onTap, children, testId }: TapProps) {
  return (
    <button type="button" className={`tap ${className ?? ''}`} aria-label={label} title={label} aria-pressed={isPressed}
      aria-expanded={isExpanded} disabled={isDisabled} data-test={testId} onClick={onTap}>
      {children}
    </button>
  )
}
