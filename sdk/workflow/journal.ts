import type { Checkpoint, RunContext } from '../contracts.js'
import type { ResumeEntry } from '../protocol/messages.js'

/** How far a place has come: it has its result, it has begun (how far is its value), or it waits for a person. */
export type EntryState = 'done' | 'open' | 'waits'
/** What is known of one place, as it is stored. */
export type Entry = readonly [path: string, state: EntryState, value: unknown]

/** The shape of what is stored. Another number is another shape. */
export const VERSION = 1

/** What a run of a workflow keeps while it waits for a person: JSON of this version, in the shared state. */
export interface FlowSnapshot {
  readonly version: number
  /** The name of the workflow, and the fingerprint of its flow: results of one flow are not gone on with by another. */
  readonly workflow: string
  readonly flow: string
  /** The id of the run that began it. Ids of questions and of runs inside are made of it. */
  readonly runId: string
  readonly input: unknown
  readonly entries: readonly Entry[]
}

/** What a run begins with, as it is stored: with what it was resumed with, which a kill must not lose. */
export interface Root extends FlowSnapshot { readonly answers: readonly ResumeEntry[] }

/** What a run of a workflow has done so far, by place. */
export interface Journal {
  /** Begins with what is known. */
  begin(root: Root): void
  /** What is stored of a place, at once or later. After a kill it is looked up when the run comes there again. */
  read(path: string): Checkpoint | undefined | PromiseLike<Checkpoint | undefined>
  /** What is known of a place to which the run comes, with what is stored of it. */
  take(path: string, stored: Checkpoint | undefined): Entry | undefined
  /** What is known of a place that has been read. */
  get(path: string): Entry | undefined
  /** Answers with a promise where storing takes time. */
  set(path: string, state: EntryState, value: unknown): void | PromiseLike<void>
  /** Forgets places that nobody will ask about again. */
  drop(paths: readonly string[]): void
  /** All places that the run has come to, and that are not forgotten. */
  all(): Entry[]
  /** Deletes all that is stored: the run has ended. */
  end(): void
}

/**
 * Keeps a run in `context.checkpoints`: what it begins with under its id, and each place in a record of its own
 * (`<run id>#<path>`), so that keeping a step costs the same after ten steps and after a thousand.
 *
 * @param id of the run as it is known to whoever goes on with it after a kill.
 * @param isAttached it was killed: what is stored is newer than what it began with.
 */
export function createJournal(id: string, { checkpoints, trace }: RunContext, isAttached: boolean): Journal {
  const entries = new Map<string, Entry>()
  let before = new Map<string, Entry>()
  const record = (path: string): string => id + '#' + path
  /** Nobody waits for it but who wants to: without it the run only cannot go on. */
  const save = (runId: string, data: unknown): void | PromiseLike<void> => {
    const failed = (thrown: unknown): void => trace('checkpoint-failed', { runId, message: String(thrown) })
    try {
      const saving = checkpoints.save({ runId, version: VERSION, data })
      return saving && saving.then(undefined, failed)
    } catch (thrown) {
      failed(thrown)
    }
  }
  const forget = (path: string): void => {
    entries.delete(path)
    void checkpoints.delete(record(path))
  }
  return {
    begin(root) {
      before = new Map(root.entries.map(entry => [entry[0], entry]))
      if (!isAttached) void save(id, root)
    },
    read: path => (isAttached ? checkpoints.load(record(path)) : undefined),
    take(path, stored) {
      const entry = stored ? (stored.data as Entry) : before.get(path)
      if (entry) entries.set(path, entry)
      return entry
    },
    get: path => entries.get(path),
    set(path, state, value) {
      const entry: Entry = [path, state, value]
      entries.set(path, entry)
      return save(record(path), entry)
    },
    drop: paths => paths.forEach(forget),
    all: () => Array.from(entries.values()),
    end() {
      void checkpoints.delete(id)
      Array.from(entries.keys()).forEach(forget)
    },
  }
}
