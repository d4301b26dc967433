import { useLayoutEffect, useRef, type KeyboardEvent } from 'react'
import type { FieldProps } from './field-props'

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content')

/** A text field that grows with its text. Enter sends, Shift+Enter makes a new line. */
export function Field({ value, label, placeholder, focusKey, onChange, onEnter, onEscape }: FieldProps) {
  const field = useRef<HTMLTextAreaElement>(null)

  useLayoutEffect(() => {
    if (growsByItself) return
    const node = field.current!
    node.style.height = 'auto'
    node.style.height = `${node.scrollHeight}px`
  }, [value])

  useLayoutEffect(() => {
    if (!focusKey) return
    field.current!.focus()
    field.current!.setSelectionRange(value.length, value.length)
    // Only when the key changes: the text that is in the field then is what is to be edited.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [focusKey])

  function onKeyDown(event: KeyboardEvent) {
    // While an input method composes, Enter picks a word.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return
    if (event.key === 'Escape' && onEscape) onEscape()
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    onEnter()
  }

  return (
    <textarea ref={field} className="field" rows={1} value={value} aria-label={label} placeholder={placeholder} enterKeyHint="send"
      data-test="field" onChange={event => onChange(event.target.value)} onKeyDown={onKeyDown} />
  )
}
