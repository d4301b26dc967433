import { createLive, readTool, setTool, snapshot, type LiveMessage } from './live-message.js'
import { textPart } from './growing-text.js'
import type { Checkpoint } from '../contracts.js'
import type { MessagePart, MessageStatus, ThreadError, ThreadMessage, ThreadState, ThreadStatus, ToolCallPart } from './messages.js'
import type { ErrorCode } from '../errors.js'
import type { ContentPart, Interrupt, ResumeEntry } from '../protocol/messages.js'
import type { JsonReader } from '../protocol/partial-json.js'

/** That a run can go on, and what of its message was there by then: all after that is said again. */
export interface StoredCheckpoint {
  readonly runId: string
  readonly parts: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * What a thread knows; the functions below change it. Settled messages are never touched again; the one that is being
 * written stands apart. So an event costs the same in a long conversation as in a short one, and arrays are made when
 * somebody looks.
 */
export interface Conversation {
  /** Says on the page that AI answers. */
  readonly label: string
  /** What a person is told of a failure, of a tool too. */
  readonly textOf: (code: ErrorCode) => string
  /** Makes what reads the arguments of a call before they are complete. */
  readonly growingArgs?: () => JsonReader
  status: ThreadStatus
  settled: readonly ThreadMessage[]
  live?: LiveMessage
  interrupts: readonly Interrupt[]
  /** Questions that the run now going on has the answers to. */
  answered: readonly Interrupt[]
  /** Where the run that goes on stood when it last called the model. */
  checkpoint?: StoredCheckpoint
  /** The message of that run as it was when the app was killed: what stays if the run cannot go on. */
  broken?: ThreadMessage
  queued: readonly string[]
  error?: ThreadError
  /** The agent's own state, passed from run to run. */
  agentState?: unknown
  /** The run that goes on, or went on last. */
  runId?: string
  /** The checkpoints of it and of runs inside it, by their ids. */
  readonly children: Map<string, Checkpoint>
  /** Stands in the place of turns that were dropped. */
  summary?: string
  isCompacting?: boolean
  /** How far a copy elsewhere has come. */
  copied?: unknown
  /** Whether it is another than when it was last stored, by what a person did. */
  isUnsaved?: boolean
  /** The state, once somebody has looked, until the next change. */
  seen?: ThreadState
  toldStatus?: ThreadStatus
  /** Called back after the first change since anyone looked at the state, and whenever the status is another. */
  readonly watchers: Set<() => void>
}

export function createConversation(label: string, textOf: Conversation['textOf'], growingArgs?: Conversation['growingArgs']): Conversation {
  return { label, textOf, growingArgs, status: 'restoring', settled: [], interrupts: [], answered: [], queued: [], children: new Map(), watchers: new Set() }
}

/** To be called after each change. Cheap: most calls only find that somebody was told. */
export function changed(conversation: Conversation): void {
  const { seen, toldStatus, status } = conversation
  if (!seen && toldStatus === status) return
  conversation.seen = undefined
  conversation.toldStatus = status
  conversation.watchers.forEach(watcher => watcher())
}

/** The state now: the same object until something changes. */
export function stateOf(conversation: Conversation): ThreadState {
  const { status, interrupts, queued, error, label, live, settled } = conversation
  return (conversation.seen ||= { status, messages: live?.parts.length ? settled.concat(snapshot(live)) : settled, interrupts, queued, error, label })
}

/**
 * The questions to be stored: a call that was approved and has no result yet is asked about again after a kill, and
 * the ledger then knows whether it had begun.
 */
export function unsettledInterrupts({ live, interrupts, answered }: Conversation): Interrupt[] {
  const waits = ({ toolCallId }: Interrupt): boolean => {
    const tool = live?.tools.get(toolCallId!)
    return !!tool && readTool(tool).resultText === undefined
  }
  return interrupts.concat(answered.filter(waits))
}

/** A call that was approved runs from now on, with the arguments the person gave it. */
export function markApproved({ live, answered }: Conversation, { interruptId, payload }: ResumeEntry): void {
  const { approved, editedArgs } = Object(payload) as { approved?: boolean; editedArgs?: ToolCallPart['args'] }
  const question = answered.find(({ id }) => id === interruptId)
  if (approved === true && question) setTool(live?.tools.get(question.toolCallId!), { state: 'executing', ...(editedArgs !== undefined && { args: editedArgs }) })
}

export function addUser(conversation: Conversation, id: string, content: string | ContentPart[], createdAt: number): ThreadMessage {
  const message: ThreadMessage = { id, role: 'user', parts: userParts(id, content), status: 'complete', createdAt }
  conversation.settled = conversation.settled.concat(message)
  conversation.isUnsaved = true
  return message
}

/** Ends the message that is being written; one in which nothing was said and nothing went wrong disappears. */
export function settle(conversation: Conversation, status: MessageStatus, error?: ThreadError): void {
  const { live, settled } = conversation
  if (!live) return
  live.status = status
  live.error = error
  conversation.live = undefined
  if (live.parts.length || error) conversation.settled = settled.concat(snapshot(live))
}

/** Takes the last answer up again, for a run that goes on with it. */
export function reopenLast(conversation: Conversation): LiveMessage | undefined {
  const { settled } = conversation
  const last = settled[settled.length - 1]
  if (last?.role !== 'assistant') return undefined
  conversation.settled = settled.slice(0, -1)
  return (conversation.live = createLive(last.id, last.createdAt, last))
}

/** Drops everything from a message on. */
export function cutFrom(conversation: Conversation, index: number): void {
  const { settled } = conversation
  Object.assign(conversation, { live: undefined, interrupts: [], isUnsaved: true, settled: settled.slice(0, index) })
}

/** No word of it is left. */
export function empty(conversation: Conversation): void {
  cutFrom(conversation, 0)
  Object.assign(conversation, { queued: [], error: undefined, agentState: undefined, summary: undefined })
}

function userParts(id: string, content: string | ContentPart[]): MessagePart[] {
  if (typeof content === 'string') return [textPart('text', id, content)]
  return content.map((part, index) => {
    const partId = id + '-' + index
    return part.type === 'text' ? textPart('text', partId, part.text) : { type: 'media', id: partId, content: part }
  })
}
