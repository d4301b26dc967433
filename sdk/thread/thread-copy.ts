import type { Conversation } from './conversation.js'
import type { MemoryLedger } from '../context/run-context.js'
import type { Clock, Platform } from '../platform/platform.js'

/** What whoever keeps a copy of a thread works with. */
export interface CopyPlace {
  readonly id: string
  readonly conversation: Conversation
  readonly clock: Clock
  readonly platform: Platform
  /** What its calls gave is forgotten with it. */
  readonly ledger: Pick<MemoryLedger, 'clear'>
  save(): void
}

/** A copy of one thread, for as long as one user has it open. */
export interface CopyHandle {
  /** What the phone has is there. Calls back once when it may be shown. */
  open(done: () => void): void
  /** It was stored on the phone. */
  changed(): void
  close(): void
}

/** Keeps a second copy of a thread elsewhere. Made by `copyTo`. */
export type ThreadCopy = (place: CopyPlace) => CopyHandle
