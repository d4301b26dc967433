import type { ReasoningPart, TextPart } from './messages.js'

/** Deltas held before they become a segment of their own, where no view asks for them earlier. */
const SEAL_EVERY = 256

type Type = 'text' | 'reasoning'

/**
 * Text that grows. Deltas are collected and sealed into a segment when a view looks, so the text exists once, a view
 * can tell what is new by counting, and no delta makes anything longer than itself.
 */
export interface GrowingText {
  readonly type: Type
  readonly id: string
  readonly segments: string[]
  deltas: string[]
  part?: TextPart | ReasoningPart
}

/** Adds to a text. */
export function grow(text: GrowingText, delta: string): void {
  if (text.deltas.push(delta) >= SEAL_EVERY) seal(text)
}

/** The part as it is now: the same object until text comes. Its `segments` are this very array. */
export function readText(text: GrowingText): TextPart | ReasoningPart {
  if (text.deltas.length) seal(text)
  return (text.part ||= new TextSnapshot(text.type, text.id, text.segments) as unknown as TextPart | ReasoningPart)
}

function seal(text: GrowingText): void {
  const segment = text.deltas.join('')
  text.deltas = []
  text.part = undefined
  if (segment) text.segments.push(segment)
}

/** `text` is joined only when somebody reads it: a view that follows the segments never does. */
class TextSnapshot {
  private readonly count: number

  constructor(readonly type: Type, readonly id: string, readonly segments: readonly string[], readonly retracted?: string) {
    this.count = segments.length
  }

  get text(): string {
    return this.segments.slice(0, this.count).join('')
  }
}

/** A finished text part, in one segment. `retracted`: why it stands in the place of another. */
export function textPart(type: Type, id: string, text: string, retracted?: string): TextPart | ReasoningPart {
  return new TextSnapshot(type, id, text ? [text] : [], retracted) as unknown as TextPart | ReasoningPart
}
