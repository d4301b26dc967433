import type { ReasoningPart, TextPart } from './messages.js'

/** Deltas held before they become a segment of their own, where no view asks for them earlier. */
const SEAL_EVERY = 256

/**
 * Text that grows. Deltas are collected and sealed into a segment when a view looks, so the text exists once, a view
 * can tell what is new by counting, and no delta makes anything longer than itself.
 */
export class GrowingText {
  private readonly segments: string[] = []
  private deltas: string[] = []

  constructor(private readonly type: 'text' | 'reasoning', readonly id: string) {}

  append(delta: string): void {
    if (this.deltas.push(delta) >= SEAL_EVERY) this.seal()
  }

  /** The part as it is now. Its `segments` are this very array. */
  snapshot(): TextPart | ReasoningPart {
    this.seal()
    return new TextSnapshot(this.type, this.id, this.segments) as TextPart | ReasoningPart
  }

  private seal(): void {
    if (!this.deltas.length) return
    const segment = this.deltas.length === 1 ? this.deltas[0]! : this.deltas.join('')
    this.deltas = []
    if (segment) this.segments.push(segment)
  }
}

/** `text` is joined only when somebody reads it: a view that follows the segments never does. */
class TextSnapshot {
  private readonly count: number

  constructor(readonly type: 'text' | 'reasoning', readonly id: string, readonly segments: readonly string[]) {
    this.count = segments.length
  }

  get text(): string {
    return this.segments.slice(0, this.count).join('')
  }
}

/** A finished text part, in one segment. */
export function textPart(type: 'text' | 'reasoning', id: string, text: string): TextPart | ReasoningPart {
  return new TextSnapshot(type, id, text ? [text] : []) as TextPart | ReasoningPart
}
