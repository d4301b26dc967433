import { toolFields, viewBlock, viewData, viewMessage, type ViewBlock } from './view-data.js'
import type { MessagePart, ThreadMessage, ThreadState } from '../thread/messages.js'

/** Paths and values for `setData`: `{ 'messages[3].blocks[7].segments[12]': '…' }`. */
export type ViewPatch = Record<string, unknown>

/** What a view has been sent. */
export interface Sent {
  readonly state: ThreadState
  /** Segments sent of each text in the last message. */
  readonly counts: readonly number[]
}

/** What to send first. */
export function sentOf(state: ThreadState): Sent {
  return { state, counts: segmentCounts(state.messages[state.messages.length - 1]) }
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

function diffPart(patch: ViewPatch, at: string, old: MessagePart, part: MessagePart, sentSegments = 0): void {
  if (part.type === 'text' || part.type === 'reasoning') {
    const { segments } = part
    for (let i = sentSegments; i < segments.length; i++) patch[at + '.segments[' + i + ']'] = segments[i]
  } else if (part.type === 'tool-call' && old.type === 'tool-call') {
    const before = toolFields(old)
    const now = toolFields(part)
    for (const field of Object.keys(now) as (keyof ViewBlock)[]) {
      if (now[field] !== before[field] || field === 'args') patch[at + '.' + field] = now[field]
    }
  }
}

function segmentCounts(message: ThreadMessage | undefined): number[] {
  return message ? message.parts.map(part => ('segments' in part ? part.segments.length : 0)) : []
}
