import { Textarea } from '@tarojs/components'
import type { FieldProps } from './field-props'

/** WeChat's own text field. The page makes room for the keyboard itself, so `adjustPosition` is off. */
export function Field({ value, placeholder, focusKey, onChange, onEnter }: FieldProps) {
  return (
    <Textarea className="field" value={value} placeholder={placeholder} placeholderClass="field-placeholder" autoHeight maxlength={2000}
      focus={Boolean(focusKey)} adjustPosition={false} showConfirmBar={false} disableDefaultPadding confirmType="send"
      onInput={event => onChange(event.detail.value)} onConfirm={onEnter} />
  )
}
