import type { FrameRequest } from '../request-frames.js'

/** A request for a stream of frames, and what a gateway's log is found by. */
export interface LogRequest extends FrameRequest {
  /** The id of the log, minted by the client. Without it the answer cannot be found again: it streams, or comes at once. */
  readonly logId?: string
  /** The log was begun before: it is read from its start. */
  readonly joins?: boolean
  /** Tells, when the answer is left, whether it is cancelled or somebody will come back for it. Absent: it is cancelled. */
  readonly cancel?: CancelTeller
  /** Where no log can be told: what stops the model instead, as far as it is known by then. */
  readonly stop?: () => StopRequest | undefined
}

/** Says whether an answer that is left is cancelled. Whoever cancelled may wait for what `onCancel` is given, where it is there. */
export interface CancelTeller {
  readonly isCancelled: boolean
  onCancel?(listener: () => PromiseLike<boolean>): unknown
}

/** A POST after which nothing more is made of an answer. */
export interface StopRequest { readonly url: string; readonly body: string | undefined }

/** One way to bring the frames of an answer to the phone. All ways bring the same frames. */
export type RungName = 'stream' | 'socket' | 'poll' | 'once'
