import { textPart } from './growing-text.js'
import type { MessagePart, ThreadMessage } from './messages.js'
import type { LedgerEntry } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { JsonValue } from '../protocol/json.js'
import type { Interrupt } from '../protocol/messages.js'

/** The version of what is stored. A change of its shape is a new number and an entry in `migrations`. */
export const RECORD_VERSION = 1

/** A stored conversation. Text stands here once, joined. */
export interface ThreadRecord {
  version: number
  messages: JsonValue[]
  interrupts: Interrupt[]
  ledger: LedgerEntry[]
  agentState?: unknown
}

/** Turns a record of one version into the next. Empty while there is one version only. */
const migrations: Record<number, (record: any) => ThreadRecord> = {}

export function toRecord(messages: readonly ThreadMessage[], rest: Omit<ThreadRecord, 'version' | 'messages'>): ThreadRecord {
  return { version: RECORD_VERSION, messages: messages.map(message => ({ ...message, parts: message.parts.map(packPart) }) as never), ...rest }
}

/**
 * Reads a record of this or an older version.
 *
 * @throws SampanError `thread/record-newer`: it was written by a newer Sampan; leave it alone. `thread/record-damaged`.
 */
export function fromRecord(stored: unknown): { messages: ThreadMessage[] } & Omit<ThreadRecord, 'version' | 'messages'> {
  let record = stored as ThreadRecord
  if (!record || typeof record.version !== 'number' || !Array.isArray(record.messages)) {
    throw new SampanError('thread/record-damaged', 'The stored conversation cannot be read.')
  }
  if (record.version > RECORD_VERSION) {
    throw new SampanError('thread/record-newer', 'The stored conversation has version ' + record.version + '; this Sampan knows ' + RECORD_VERSION + '.')
  }
  while (record.version < RECORD_VERSION) record = migrations[record.version]!(record)
  const { interrupts = [], ledger = [], agentState } = record
  return { messages: record.messages.map(message => unpackMessage(message as unknown as ThreadMessage)), interrupts, ledger, agentState }
}

function packPart(part: MessagePart): unknown {
  return part.type === 'text' || part.type === 'reasoning' ? { type: part.type, id: part.id, text: part.text } : part
}

function unpackMessage(message: ThreadMessage): ThreadMessage {
  const parts = message.parts.map(part => (part.type === 'text' || part.type === 'reasoning' ? textPart(part.type, part.id, part.text) : part))
  // What was being written when the app ended has no run any more.
  const status = message.status === 'streaming' ? 'cancelled' : message.status
  return { ...message, parts, status }
}
