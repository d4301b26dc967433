export interface MessageTextProps {
  part: { readonly id: string; readonly segments: readonly string[] }
  /** No more text will come. */
  isEnded: boolean
}
