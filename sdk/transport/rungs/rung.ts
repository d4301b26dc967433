import type { FrameRequest } from '../request-frames.js'

/** A request for a stream of frames, and what a gateway's log is found by. */
export interface LogRequest extends FrameRequest {
  /** The id of the log, minted by the client. Without it the answer cannot be found again: it streams, or comes at once. */
  readonly logId?: string
  /** The log was begun before: it is read from its start. */
  readonly joins?: boolean
  /** Tells, when the answer is left, whether it is cancelled or somebody will come back for it. Absent: it is cancelled. */
  readonly cancel?: { readonly isCancelled: boolean }
}

/** One way to bring the frames of an answer to the phone. All ways bring the same frames. */
export type RungName = 'stream' | 'socket' | 'poll' | 'once'
