import type { Observable } from 'rxjs'
import type { Platform } from '../../platform/platform.js'
import type { Frame } from '../../protocol/frames.js'
import type { FrameRequest } from '../request-frames.js'

/** A request for a stream of frames, and what a gateway's log is found by. */
export interface LogRequest extends FrameRequest {
  /** The address of the gateway, without a slash at its end. The request's `url` begins with it. */
  readonly base: string
  /** The id of the log, minted by the client. */
  readonly logId: string
}

export type RungName = 'stream' | 'socket' | 'poll' | 'once'

/** One way to bring the frames of an answer to the phone. All ways bring the same frames. */
export interface Rung {
  readonly name: RungName
  /** Cold. Fails with a SampanError. */
  open(platform: Platform, request: LogRequest): Observable<Frame>
}
