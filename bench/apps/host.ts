import type { ChunkSource } from '../harness/feed.js'

/** What the bench gives an app: bytes by hand, by `fetch`, or by an imitation of the phone's own object. */
export interface AppHost {
  open(): ChunkSource
  fetch(): Promise<Response>
  wx: unknown
}

/** An app streams one answer with one tool offered, and gives its text. Making it is the cold start. */
export interface App { ask(): Promise<string> }
