import { toolFields, viewBlock, viewData, viewMessage, type ViewBlock } from './view-data.js'
import type { MessagePart, SubagentPart, TextPart, ThreadMessage, ThreadState, ToolCallPart } from '../thread/messages.js'

/** Paths and values for `setData`: `{ 'messages[3].blocks[7].segments[12]': '…' }`. */
export type ViewPatch = Record<string, unknown>

/** How much of a part has been sent: segments of a text, characters of a call's arguments; and of the message inside it. */
interface Count { readonly count: number; readonly child?: readonly Count[] }

/** What a view has been sent. */
export interface Sent {
  readonly state: ThreadState
  /** For each part of the last message. */
  readonly counts: readonly Count[]
}

/** Notes what has been sent; `before` is what had been sent until then. */
export function sentOf(state: ThreadState, before?: Sent): Sent {
  const last = state.messages[state.messages.length - 1]
  const isSame = before && last && before.state.messages[state.messages.length - 1]?.id === last.id
  return { state, counts: last ? countsOf(last, isSame ? before.counts : []) : [] }
}

function countsOf({ parts }: ThreadMessage, before: readonly Count[]): Count[] {
  return parts.map((part, index) => countOf(part, before[index]))
}

function countOf(part: MessagePart, { count, child }: Count = { count: 0 }): Count {
  if ('segments' in part) return { count: part.segments.length }
  const chars = part.type === 'tool-call' && isDue(part, count) ? part.argsText.length : count
  return { count: chars, child: 'child' in part && part.child ? countsOf(part.child, child ?? []) : undefined }
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

function diffMessage(patch: ViewPatch, path: string, old: ThreadMessage, message: ThreadMessage, counts: readonly Count[]): void {
  if (old.status !== message.status) patch[path + '.status'] = message.status
  if (old.error !== message.error) patch[path + '.error'] = message.error?.text ?? ''
  if (old.agentName !== message.agentName) patch[path + '.agentName'] = message.agentName ?? ''
  // Something was taken back: what stood there is not there any more.
  if (message.parts.length < old.parts.length) return void (patch[path + '.blocks'] = viewMessage(message).blocks)
  message.parts.forEach((part, index) => {
    const before = old.parts[index]
    if (before === part) return
    const at = path + '.blocks[' + index + ']'
    if (!before || isOther(before, part)) patch[at] = viewBlock(part)
    else diffPart(patch, at, before, part, counts[index])
  })
}

/** A part in the place of another; text that only grows keeps its array of segments. */
function isOther(old: MessagePart, part: MessagePart): boolean {
  return old.id !== part.id || old.type !== part.type || ('segments' in part && part.segments !== (old as TextPart).segments)
}

function diffPart(patch: ViewPatch, at: string, old: MessagePart, part: MessagePart, { count: sentCount, child }: Count = { count: 0 }): void {
  if (part.type === 'text' || part.type === 'reasoning') {
    const { segments } = part
    for (let i = sentCount; i < segments.length; i++) patch[at + '.segments[' + i + ']'] = segments[i]
    return
  }
  if (part.type === 'tool-call' && old.type === 'tool-call') {
    const before = toolFields(old)
    const now = toolFields(part)
    for (const field of Object.keys(now) as (keyof ViewBlock)[]) {
      const isNew = field === 'args' ? isDue(part, sentCount) && (old.state === 'streaming' || now.args !== before.args) : now[field] !== before[field]
      if (isNew) patch[at + '.' + field] = now[field]
    }
  }
  diffChild(patch, at + '.child', (old as SubagentPart).child, (part as SubagentPart).child, child)
}

function diffChild(patch: ViewPatch, path: string, old: ThreadMessage | undefined, message: ThreadMessage | undefined, counts: readonly Count[] = []): void {
  if (!message || old === message) return
  if (old) diffMessage(patch, path, old, message, counts)
  else patch[path] = viewMessage(message)
}
