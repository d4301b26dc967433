import { addUser, changed, cutFrom, empty, reopenLast, settle, type Conversation } from './conversation.js'
import type { ThreadEmitter } from './emitter.js'
import { readTool, setTool } from './live-message.js'
import type { ThreadStatus } from './messages.js'
import type { RunControl } from './run-control.js'
import type { ThreadOptions } from './thread.js'
import type { IdSource } from '../contracts.js'
import type { Clock } from '../platform/platform.js'
import { contentText, type ContentPart, type ResumeEntry } from '../protocol/messages.js'

/** What the actions of a thread work with. */
export interface ThreadCore {
  readonly conversation: Conversation
  readonly runs: RunControl
  readonly emitter: ThreadEmitter
  readonly ids: IdSource
  readonly clock: Clock
  readonly whileRunning?: ThreadOptions['whileRunning']
  save(): void
  /** A run is over: saved, and bounded. */
  ended(): void
  forget(): void
  queue: readonly Content[]
  /** Answers to open interrupts, until all are there. */
  readonly answers: Map<string, ResumeEntry>
  /** The status that was last told. */
  told: ThreadStatus
}

type Content = string | ContentPart[]

const DECLINED = 'Denied: the person went on without answering.'

/** The stored conversation is there, or there was none. */
export function restored(core: ThreadCore): void {
  const { conversation, runs } = core
  const { checkpoint, interrupts } = conversation
  conversation.status = interrupts.length ? 'waiting' : 'idle'
  if (checkpoint) runs.start(undefined, checkpoint.runId)
  // What was sent meanwhile begins at once: nobody is told that nothing runs.
  else sendNext(core)
  announce(core)
}

/** `false`: it was refused. */
export function send(core: ThreadCore, content: Content): boolean {
  const { conversation, runs, whileRunning = 'queue' } = core
  if (typeof content === 'string' && !content.trim()) return false
  const isActive = runs.isActive()
  if (isActive && whileRunning === 'refuse') return false
  if (conversation.status === 'restoring' || (isActive && whileRunning === 'queue')) {
    setQueue(core, core.queue.concat([content]))
    changed(conversation)
  } else {
    if (isActive) runs.cancel()
    ask(core, content)
  }
  return true
}

export function cancel(core: ThreadCore): PromiseLike<boolean> {
  setQueue(core, [])
  const heard = core.runs.cancel()
  changed(core.conversation)
  return heard
}

/** Takes one answer; the run goes on when no question is left, inside this very call. */
export function answer(core: ThreadCore, interruptId: string, payload: unknown): void {
  const { conversation, runs, answers } = core
  const { interrupts } = conversation
  if (runs.isActive() || !interrupts.some(({ id }) => id === interruptId)) return
  answers.set(interruptId, { interruptId, status: 'resolved', payload })
  if (!interrupts.every(({ id }) => answers.has(id))) return changed(conversation)
  const entries = Array.from(answers.values())
  answers.clear()
  // No storing before the run starts: a gesture-bound tool has to reach the host inside this tap.
  runs.start(entries)
  announce(core)
}

/** Answers the question about a tool call, if there is one. */
export function answerCall(core: ThreadCore, toolCallId: string, payload: unknown): void {
  const interrupt = core.conversation.interrupts.find(open => open.toolCallId === toolCallId)
  if (interrupt) answer(core, interrupt.id, payload)
}

export function edit(core: ThreadCore, messageId: string, content: string): boolean {
  const index = indexOf(core, messageId)
  if (core.conversation.settled[index]?.role !== 'user') return false
  rewind(core, index)
  ask(core, content)
  return true
}

export function regenerate(core: ThreadCore, messageId?: string): boolean {
  const { settled } = core.conversation
  let index = messageId === undefined ? settled.length - 1 : indexOf(core, messageId)
  while (index >= 0 && settled[index]!.role !== 'user') index--
  if (index < 0) return false
  rewind(core, index + 1)
  run(core)
  return true
}

export function clear(core: ThreadCore): void {
  rewind(core, 0)
  empty(core.conversation)
  changed(core.conversation)
  announce(core)
  core.forget()
}

/** Ends what goes on, and shows nothing until another conversation is there. `left` is called in between. */
export function leave(core: ThreadCore, left: () => void): void {
  const { conversation, runs } = core
  stop(core)
  left()
  // What ends without a word when it is cancelled is not heard any more either.
  runs.leave()
  empty(conversation)
  conversation.copied = undefined
  conversation.status = 'restoring'
  changed(conversation)
}

/** A run is over: whoever listens is told, the rest is stored, and the next message in the queue is sent. */
export function runEnded(core: ThreadCore): void {
  const { conversation, emitter } = core
  const { settled, error } = conversation
  const last = settled[settled.length - 1]
  if (last?.role === 'assistant') emitter.emit('message', last)
  if (error) emitter.emit('error', error)
  announce(core)
  core.ended()
  // An answer that failed is looked at first: what waits would only fail after it.
  if (conversation.status === 'idle' && !conversation.error) sendNext(core)
}

function ask(core: ThreadCore, content: Content): void {
  const { conversation, emitter, ids, clock, answers } = core
  answers.clear()
  if (conversation.interrupts.length) declineOpen(conversation)
  emitter.emit('message', addUser(conversation, ids('user'), content, clock.now()))
  run(core)
}

function run(core: ThreadCore): void {
  core.runs.start()
  // The first checkpoint of the run has stored what was said, as a rule.
  if (core.conversation.isUnsaved) core.save()
  announce(core)
}

/** Who goes on talking has not approved anything: open questions become denials. */
function declineOpen(conversation: Conversation): void {
  // Also a call whose own run has asked.
  reopenLast(conversation)?.tools.forEach(tool => {
    if (readTool(tool).resultText === undefined) setTool(tool, { state: 'denied', error: conversation.textOf('agent/tool-denied'), resultText: DECLINED, interrupt: undefined })
  })
  conversation.interrupts = []
  settle(conversation, 'complete')
}

/** Ends what goes on, and what waits. */
function stop(core: ThreadCore): void {
  setQueue(core, [])
  core.answers.clear()
  core.runs.cancel()
}

function rewind(core: ThreadCore, index: number): void {
  stop(core)
  cutFrom(core.conversation, index)
  core.conversation.status = 'idle'
}

function indexOf({ conversation }: ThreadCore, messageId: string): number {
  return conversation.settled.findIndex(({ id }) => id === messageId)
}

function sendNext(core: ThreadCore): void {
  const [next, ...rest] = core.queue
  if (next === undefined) return changed(core.conversation)
  setQueue(core, rest)
  ask(core, next)
}

function setQueue(core: ThreadCore, queue: readonly Content[]): void {
  core.queue = queue
  core.conversation.queued = queue.map(contentText)
}

function announce(core: ThreadCore): void {
  const { status } = core.conversation
  if (core.told === status) return
  core.told = status
  core.emitter.emit('status', status)
}
