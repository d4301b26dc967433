export interface FieldProps {
  value: string
  label: string
  placeholder: string
  /** The field takes the focus when this changes to something. */
  focusKey?: string
  onChange: (value: string) => void
  onEnter: () => void
  onEscape?: () => void
}
