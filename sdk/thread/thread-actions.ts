import { boundTurns } from './bound-turns.js'
import type { Conversation } from './conversation.js'
import type { ThreadEmitter } from './emitter.js'
import type { ThreadMessage, ThreadStatus, ToolCallPart } from './messages.js'
import type { RunControl } from './run-control.js'
import type { ThreadOptions } from './thread.js'
import type { IdSource } from '../contracts.js'
import type { Clock } from '../platform/platform.js'
import { contentText, type ContentPart, type Interrupt, type ResumeEntry } from '../protocol/messages.js'

export interface ThreadActionsOptions {
  readonly conversation: Conversation
  readonly runs: RunControl
  readonly emitter: ThreadEmitter
  readonly ids: IdSource
  readonly clock: Clock
  readonly whileRunning?: ThreadOptions['whileRunning']
  readonly keep?: ThreadOptions['keep']
  save(): void
  forget(): void
}

/** What a person does in a conversation, and what follows from it. */
export class ThreadActions {
  private queue: (string | ContentPart[])[] = []
  /** Answers to open interrupts, until all are there. */
  private answers: ResumeEntry[] = []
  private status: ThreadStatus = 'restoring'

  constructor(private readonly options: ThreadActionsOptions) {}

  /** The stored conversation is there, or there was none. */
  restored(): void {
    const { conversation, runs } = this.options
    const { checkpoint } = conversation
    conversation.status = conversation.interrupts.length ? 'waiting' : 'idle'
    if (checkpoint) runs.start(undefined, checkpoint.runId)
    this.announce()
    if (!checkpoint) this.sendNext()
  }

  send(content: string | ContentPart[]): boolean {
    const { conversation, runs, whileRunning = 'queue' } = this.options
    if (!contentText(content as string).trim() && typeof content === 'string') return false
    if (conversation.status === 'restoring') return this.enqueue(content)
    if (runs.isActive) {
      if (whileRunning === 'refuse') return false
      if (whileRunning === 'queue') return this.enqueue(content)
      runs.cancel()
    }
    this.ask(content)
    return true
  }

  cancel(): PromiseLike<boolean> {
    this.setQueue([])
    const heard = this.options.runs.cancel()
    this.options.conversation.changed()
    return heard
  }

  approve(toolCallId: string, args?: unknown): void {
    this.answerCall(toolCallId, { approved: true, editedArgs: args })
  }

  deny(toolCallId: string, reason?: string): void {
    this.answerCall(toolCallId, { approved: false, reason })
  }

  /** Takes one answer; the run goes on when no question is left, inside this very call. */
  answer(interruptId: string, payload: unknown): void {
    const { conversation, runs } = this.options
    const { interrupts } = conversation
    if (runs.isActive || !interrupts.some(interrupt => interrupt.id === interruptId)) return
    this.answers = this.answers
      .filter(entry => entry.interruptId !== interruptId)
      .concat({ interruptId, status: 'resolved', payload })
    if (interrupts.every(interrupt => this.answers.some(entry => entry.interruptId === interrupt.id))) this.resume()
    else conversation.changed()
  }

  edit(messageId: string, content: string): boolean {
    const index = this.indexOf(messageId)
    if (this.options.conversation.settled[index]?.role !== 'user') return false
    return this.rewind(index, () => this.ask(content))
  }

  regenerate(messageId?: string): boolean {
    const { settled } = this.options.conversation
    let index = messageId === undefined ? settled.length - 1 : this.indexOf(messageId)
    while (index >= 0 && settled[index]!.role !== 'user') index--
    if (index < 0) return false
    return this.rewind(index + 1, () => this.run())
  }

  clear(): void {
    const { conversation, forget } = this.options
    this.queue = []
    this.rewind(0, () => {
      conversation.empty()
      conversation.changed()
      this.announce()
    })
    forget()
  }

  /** Ends what goes on, and shows nothing until another conversation is there. `left` is called in between. */
  leave(left: () => void): void {
    const { conversation, runs } = this.options
    this.setQueue([])
    this.answers = []
    runs.cancel()
    left()
    // What ends without a word when it is cancelled is not heard any more either.
    runs.leave()
    conversation.empty()
    conversation.copied = undefined
    conversation.status = 'restoring'
    conversation.changed()
  }

  /** A run is over: whoever listens is told, the rest is stored, and the next message in the queue is sent. */
  runEnded(): void {
    const { conversation, emitter, save, keep } = this.options
    const last = conversation.settled[conversation.settled.length - 1]
    if (last?.role === 'assistant') emitter.emit('message', last)
    if (conversation.error) emitter.emit('error', conversation.error)
    this.announce()
    boundTurns(conversation, keep, save)
    save()
    // An answer that failed is looked at first: what waits would only fail after it.
    if (conversation.status === 'idle' && !conversation.error) this.sendNext()
  }

  private ask(content: string | ContentPart[]): void {
    const { conversation, emitter, ids, clock } = this.options
    this.declineOpen()
    emitter.emit('message', conversation.addUser(ids('user'), content, clock.now()))
    this.run()
  }

  private run(resume?: ResumeEntry[]): void {
    const { conversation, runs, save } = this.options
    runs.start(resume)
    // The first checkpoint of the run has stored what was said, as a rule.
    if (conversation.isUnsaved) save()
    this.announce()
  }

  private resume(): void {
    const entries = this.answers
    this.answers = []
    // No storing before the run starts: a gesture-bound tool has to reach the host inside this tap.
    this.options.runs.start(entries)
    this.announce()
  }

  /** Who goes on talking has not approved anything: open questions become denials. */
  private declineOpen(): void {
    const { conversation } = this.options
    this.answers = []
    if (!conversation.interrupts.length) return
    const live = conversation.reopenLast()
    live?.eachTool(tool => {
      // Also a call whose own run has asked.
      if (tool.current().resultText === undefined) tool.set({ ...declined, interrupt: undefined })
    })
    conversation.interrupts = []
    conversation.settle('complete')
  }

  private answerCall(toolCallId: string, payload: unknown): void {
    const interrupt = this.options.conversation.interrupts.find((open: Interrupt) => open.toolCallId === toolCallId)
    if (interrupt) this.answer(interrupt.id, payload)
  }

  private rewind(index: number, then: () => void): boolean {
    const { conversation, runs } = this.options
    this.setQueue([])
    runs.cancel()
    this.answers = []
    conversation.cutFrom(index)
    conversation.status = 'idle'
    then()
    return true
  }

  private indexOf(messageId: string): number {
    return this.options.conversation.settled.findIndex((message: ThreadMessage) => message.id === messageId)
  }

  private enqueue(content: string | ContentPart[]): boolean {
    this.setQueue(this.queue.concat([content]))
    this.options.conversation.changed()
    return true
  }

  private sendNext(): void {
    const { conversation } = this.options
    const [next, ...rest] = this.queue
    if (next === undefined) return conversation.changed()
    this.setQueue(rest)
    this.ask(next)
  }

  private setQueue(queue: (string | ContentPart[])[]): void {
    this.queue = queue
    this.options.conversation.queued = queue.map(contentText)
  }

  private announce(): void {
    const { conversation, emitter } = this.options
    if (this.status === conversation.status) return
    this.status = conversation.status
    emitter.emit('status', this.status)
  }
}

const declined: Partial<ToolCallPart> = {
  state: 'denied',
  error: 'Denied: the person went on without answering.',
  resultText: 'Denied: the person went on without answering.',
}
