import type { Conversation } from './conversation.js'
import type { CheckpointStore } from '../contracts.js'
import type { MemoryLedger } from '../context/run-context.js'
import type { SampanError } from '../errors.js'
import type { Clock, Platform, Stop } from '../platform/platform.js'

/** What a store works with: the thread it keeps, and whom it tells. */
export interface StorePlace {
  readonly id: string
  readonly conversation: Conversation
  readonly clock: Clock
  readonly platform: Platform
  /** Whether an answer of the agent is kept elsewhere and can be read again. */
  readonly isResumable: boolean
  onError(error: SampanError): void
  /** What is stored is there, or there is nothing; with an error if not all of it could be read. */
  onRestored(error: SampanError | null): void
  /** Somebody else uses the phone: ends what goes on, calls back, and empties the conversation. */
  onLeave(left: () => void): void
}

/** A thread as it is kept. */
export interface OpenStore {
  readonly ledger: MemoryLedger
  /** Absent: where a run stands is kept in memory. */
  readonly checkpoints?: CheckpointStore
  /** Fills conversation and ledger with what there is. */
  restore(): void
  save(): void
  /** A run is over: saved, and what is older than the bound is dropped. */
  ended(): void
  forget(): void
  stop: Stop
}

/** Keeps a thread, so that it outlives its object. Made by `deviceStore`. */
export type ThreadStore = (place: StorePlace) => OpenStore
