import { LiveMessage } from './live-message.js'
import { textPart } from './growing-text.js'
import type { Checkpoint } from '../contracts.js'
import type { MessagePart, MessageStatus, ThreadError, ThreadMessage, ThreadState, ThreadStatus, ToolCallPart } from './messages.js'
import type { ContentPart, Interrupt, ResumeEntry } from '../protocol/messages.js'

/** A run's checkpoint, and what of its message was there by then: all after that is said again. */
export interface StoredCheckpoint extends Checkpoint {
  readonly parts: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * What a thread knows, and the only place that changes it. Settled messages are never touched again; the one that is
 * being written stands apart. So an event costs the same in a long conversation as in a short one, and arrays are made
 * when somebody looks.
 */
export class Conversation {
  status: ThreadStatus = 'restoring'
  settled: readonly ThreadMessage[] = []
  live: LiveMessage | undefined
  interrupts: readonly Interrupt[] = []
  /** Questions that the run now going on has the answers to. */
  answered: readonly Interrupt[] = []
  /** Where the run that goes on stood when it last called the model. */
  checkpoint: StoredCheckpoint | undefined
  /** The message of that run as it was when the app was killed: what stays if the run cannot go on. */
  broken: ThreadMessage | undefined
  queued: readonly string[] = []
  error: ThreadError | undefined
  /** The agent's own state, passed from run to run. */
  agentState: unknown
  /** The run that goes on, or went on last. */
  runId: string | undefined
  /** Checkpoints of runs inside it, by their ids. */
  readonly children = new Map<string, Checkpoint>()
  /** Stands in the place of turns that were dropped. */
  summary: string | undefined
  isCompacting = false
  /** How far a copy elsewhere has come. */
  copied: unknown
  /** Whether it is another than when it was last stored, by what a person did. */
  isUnsaved = false
  private snapshot: ThreadState | undefined
  private toldStatus: ThreadStatus | undefined
  private readonly watchers = new Set<() => void>()

  /** @param label says on the page that AI answers. */
  constructor(private readonly label = '') {}

  /** Calls back after the first change since anyone looked at the state, and whenever the status is another. */
  onChange(watcher: () => void): () => void {
    this.watchers.add(watcher)
    return () => this.watchers.delete(watcher)
  }

  changed(): void {
    if (!this.snapshot && this.toldStatus === this.status) return
    this.snapshot = undefined
    this.toldStatus = this.status
    this.watchers.forEach(watcher => watcher())
  }

  get state(): ThreadState {
    return (this.snapshot ??= this.makeState())
  }

  /**
   * The questions to be stored: a call that was approved and has no result yet is asked about again after a kill, and
   * the ledger then knows whether it had begun.
   */
  unsettledInterrupts(): Interrupt[] {
    const waits = ({ toolCallId = '' }: Interrupt): boolean => {
      const tool = this.live?.tool(toolCallId)
      return tool !== undefined && tool.current().resultText === undefined
    }
    return this.interrupts.concat(this.answered.filter(waits))
  }

  /** A call that was approved runs from now on, with the arguments the person gave it. */
  markApproved({ interruptId, payload }: ResumeEntry): void {
    const { approved, editedArgs } = (payload ?? {}) as { approved?: boolean; editedArgs?: ToolCallPart['args'] }
    const toolCallId = this.answered.find(({ id }) => id === interruptId)?.toolCallId
    const tool = approved === true && toolCallId ? this.live?.tool(toolCallId) : undefined
    tool?.set(editedArgs === undefined ? { state: 'executing' } : { state: 'executing', args: editedArgs })
  }

  addUser(id: string, content: string | ContentPart[], createdAt: number): ThreadMessage {
    const parts = userParts(id, content)
    const message: ThreadMessage = { id, role: 'user', parts, status: 'complete', createdAt }
    this.settled = this.settled.concat(message)
    this.isUnsaved = true
    return message
  }

  /** A run that could not go on has said nothing new: what it had said before the kill is put back. */
  keepBroken(): void {
    const { broken, live, checkpoint } = this
    if (broken && live && live.partCount <= (checkpoint?.parts ?? 0)) this.live = new LiveMessage(broken.id, broken.createdAt, broken)
  }

  /** Ends the message that is being written; one in which nothing was said and nothing went wrong disappears. */
  settle(status: MessageStatus, error?: ThreadError): ThreadMessage | undefined {
    const { live } = this
    if (!live) return undefined
    live.status = status
    live.error = error
    this.live = undefined
    if (!live.partCount && status !== 'failed') return undefined
    const message = live.snapshot()
    this.settled = this.settled.concat(message)
    return message
  }

  /** Takes the last answer up again, for a run that goes on with it. */
  reopenLast(): LiveMessage | undefined {
    const last = this.settled[this.settled.length - 1]
    if (last?.role !== 'assistant') return undefined
    this.settled = this.settled.slice(0, -1)
    return (this.live = new LiveMessage(last.id, last.createdAt, last))
  }

  /** Drops everything from a message on. */
  cutFrom(index: number): void {
    this.live = undefined
    this.interrupts = []
    this.isUnsaved = true
    this.settled = this.settled.slice(0, index)
  }

  /** No word of it is left. */
  empty(): void {
    this.cutFrom(0)
    this.queued = []
    this.error = this.agentState = this.summary = undefined
  }

  /** Nothing is open to go on from. */
  dropCheckpoints(): void {
    this.checkpoint = this.broken = undefined
    this.children.clear()
  }

  private makeState(): ThreadState {
    const { status, interrupts, queued, error, label, live, settled } = this
    const messages = live?.partCount ? settled.concat(live.snapshot()) : settled
    return { status, messages, interrupts, queued, error, label }
  }
}

function userParts(id: string, content: string | ContentPart[]): MessagePart[] {
  if (typeof content === 'string') return [textPart('text', id, content)]
  return content.map((part, index) => {
    const partId = id + '-' + index
    return part.type === 'text' ? textPart('text', partId, part.text) : { type: 'media', id: partId, content: part }
  })
}
