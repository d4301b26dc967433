import { toolFields, viewBlock, viewData, viewMessage, type ViewBlock } from './view-data.js'
import type { MessagePart, ThreadMessage, ThreadState, ToolCallPart } from '../thread/messages.js'

/** Paths and values for `setData`: `{ 'messages[3].blocks[7].segments[12]': '…' }`. */
export type ViewPatch = Record<string, unknown>

/** What a view has been sent. */
export interface Sent {
  readonly state: ThreadState
  /** For each part of the last message: segments sent of a text, characters of a call's arguments when last sent. */
  readonly counts: readonly number[]
}

/** Notes what has been sent; `before` is what had been sent until then. */
export function sentOf(state: ThreadState, before?: Sent): Sent {
  const last = state.messages[state.messages.length - 1]
  const isSame = before && last && before.state.messages[state.messages.length - 1]?.id === last.id
  return { state, counts: last ? last.parts.map((part, index) => countOf(part, isSame ? before.counts[index] : undefined)) : [] }
}

function countOf(part: MessagePart, before = 0): number {
  if ('segments' in part) return part.segments.length
  return part.type === 'tool-call' && isDue(part, before) ? part.argsText.length : before
}

/**
 * Arguments go whole, since any place in them may have changed. While they stream they go when they have grown by half,
 * so that all sendings together stay within three times their length.
 */
function isDue(part: ToolCallPart, sentChars: number): boolean {
  return part.state !== 'streaming' || part.argsText.length >= sentChars * 1.5
}

/**
 * What has changed since, or `undefined`. A conversation changes at its end only: messages are added, the last one
 * grows, or all from some point on are dropped. So the comparison walks back from the end and stops at the first
 * message that is the same object.
 */
export function diffState(sent: Sent, state: ThreadState): ViewPatch | undefined {
  const patch: ViewPatch = {}
  const before = sent.state
  diffMessages(patch, sent, state.messages)
  if (before.status !== state.status) patch.status = state.status
  if (before.interrupts !== state.interrupts) patch.interrupts = state.interrupts
  if (before.queued !== state.queued) patch.queued = state.queued
  if (before.error !== state.error) patch.error = state.error ?? null
  return Object.keys(patch).length ? patch : undefined
}

function diffMessages(patch: ViewPatch, sent: Sent, messages: readonly ThreadMessage[]): void {
  const before = sent.state.messages
  if (before === messages) return
  if (messages.length < before.length) {
    patch.messages = viewData({ ...sent.state, messages }).messages
    return
  }
  for (let i = messages.length - 1; i >= 0 && messages[i] !== before[i]; i--) {
    const path = 'messages[' + i + ']'
    const message = messages[i]!
    const old = before[i]
    if (!old || old.id !== message.id) patch[path] = viewMessage(message)
    else diffMessage(patch, path, old, message, i === before.length - 1 ? sent.counts : [])
  }
}

function diffMessage(patch: ViewPatch, path: string, old: ThreadMessage, message: ThreadMessage, counts: readonly number[]): void {
  if (old.status !== message.status) patch[path + '.status'] = message.status
  if (old.error !== message.error) patch[path + '.error'] = message.error?.text ?? ''
  message.parts.forEach((part, index) => {
    const before = old.parts[index]
    if (before === part) return
    const at = path + '.blocks[' + index + ']'
    if (!before || before.id !== part.id || before.type !== part.type) patch[at] = viewBlock(part)
    else diffPart(patch, at, before, part, counts[index])
  })
}

function diffPart(patch: ViewPatch, at: string, old: MessagePart, part: MessagePart, sentCount = 0): void {
  if (part.type === 'text' || part.type === 'reasoning') {
    const { segments } = part
    for (let i = sentCount; i < segments.length; i++) patch[at + '.segments[' + i + ']'] = segments[i]
  } else if (part.type === 'tool-call' && old.type === 'tool-call') {
    const before = toolFields(old)
    const now = toolFields(part)
    for (const field of Object.keys(now) as (keyof ViewBlock)[]) {
      const isNew = field === 'args' ? isDue(part, sentCount) && (old.state === 'streaming' || now.args !== before.args) : now[field] !== before[field]
      if (isNew) patch[at + '.' + field] = now[field]
    }
  }
}
