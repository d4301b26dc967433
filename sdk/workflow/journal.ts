import { whenDone } from '../agent/ledger.js'
import type { Checkpoint, RunContext } from '../contracts.js'
import type { ResumeEntry } from '../protocol/messages.js'

/** How far a place has come: it has its result, it has begun (how far is its value), or it waits for a person. */
export type EntryState = 'done' | 'open' | 'waits'
/** What is known of one place, as it is stored. */
export type Entry = readonly [path: string, state: EntryState, value: unknown]

/** What a run of a workflow has to know to go on, besides its entries. */
export interface Head {
  /** The name of the workflow, and the fingerprint of its flow: results of one flow are not gone on with by another. */
  readonly workflow: string
  readonly flow: string
  /** The id of the run that began it. Ids of questions and of runs inside are made of it. */
  readonly runId: string
  readonly input: unknown
}

/** The shape of what is stored. Another number is another shape. */
export const VERSION = 1

/** The first record of a run: all that was known, and since which generation of pieces. */
export interface Root extends Head {
  readonly entries: readonly Entry[]
  /** What it was resumed with, until its end: a kill must not lose it. */
  readonly answers: readonly ResumeEntry[]
  readonly generation: number
}

/** Entries in one piece. A piece is written again with each entry that joins it, so its size bounds the cost of a step. */
const PIECE = 8
/** Entries that may be superseded before everything is written anew. */
const SLACK = 64

/**
 * What a run of a workflow has done so far, by place. It is kept in `context.checkpoints` as a root and pieces of a few
 * entries behind it (`<run id>#<generation>.<number>`), so that keeping a step costs the same after ten steps and after a
 * thousand. When most of what is stored is superseded, a new root takes its place.
 */
export class Journal {
  private entries = new Map<string, Entry>()
  private head: Head | undefined
  private answers: readonly ResumeEntry[] = []
  private generation = 0
  /** Pieces that are full, and the one that is not. */
  private pieces = 0
  private piece: Entry[] = []

  /** @param runId of the run as it is known to whoever goes on with it after a kill. */
  constructor(private readonly runId: string, private readonly context: RunContext) {}

  get(path: string): Entry | undefined {
    return this.entries.get(path)
  }

  /** Answers with a promise where storing takes time. */
  set(path: string, state: EntryState, value: unknown): void | PromiseLike<void> {
    const entry: Entry = [path, state, value]
    this.entries.set(path, entry)
    if (this.pieces * PIECE > 2 * this.entries.size + SLACK) return this.writeRoot()
    this.piece.push(entry)
    const saved = this.save(pieceId(this.runId, this.generation, this.pieces), this.piece.slice())
    if (this.piece.length === PIECE) {
      this.piece = []
      this.pieces++
    }
    return saved
  }

  /** Forgets places that nobody will ask about again. */
  drop(paths: readonly string[]): void {
    for (const path of paths) this.entries.delete(path)
  }

  all(): Entry[] {
    return Array.from(this.entries.values())
  }

  /** Begins with what is known. */
  begin(head: Head, answers: readonly ResumeEntry[] = [], entries: readonly Entry[] = []): void {
    this.head = head
    this.answers = answers
    this.add(entries)
    void this.writeRoot()
  }

  /** Goes on after a kill: reads the root, then piece by piece. Answers with the root, or `undefined` where there is none. */
  load(done: (root: Root | undefined) => void, failed: (thrown: unknown) => void): void {
    const { checkpoints } = this.context
    whenDone(() => checkpoints.load(this.runId), (checkpoint: Checkpoint | undefined) => {
      if (checkpoint?.version !== VERSION) return done(undefined)
      const root = checkpoint.data as Root
      this.head = root
      this.answers = root.answers
      this.generation = root.generation
      this.add(root.entries)
      this.loadPieces(() => done(root), failed)
    }, failed)
  }

  /** Deletes all that is stored: the run has ended. */
  end(): void {
    const { checkpoints } = this.context
    void checkpoints.delete(this.runId)
    this.deletePieces(this.generation, this.pieces)
  }

  /** A loop and no recursion where the store answers at once. */
  private loadPieces(done: () => void, failed: (thrown: unknown) => void): void {
    let isSync = true
    while (isSync) {
      isSync = false
      let isLooping = true
      whenDone(() => this.context.checkpoints.load(pieceId(this.runId, this.generation, this.pieces)), (piece: Checkpoint | undefined) => {
        if (!piece) return done()
        this.add(piece.data as Entry[])
        this.pieces++
        if (isLooping) isSync = true
        else this.loadPieces(done, failed)
      }, failed)
      isLooping = false
    }
  }

  private add(entries: readonly Entry[]): void {
    for (const entry of entries) this.entries.set(entry[0], entry)
    // What stands inside a place that is done was forgotten when it was.
    const isDone = (path: string): boolean => this.entries.get(path)?.[1] === 'done'
    for (const path of Array.from(this.entries.keys())) {
      for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) if (isDone(path.slice(0, dot))) this.entries.delete(path)
    }
  }

  private writeRoot(): void | PromiseLike<void> {
    const { pieces } = this
    const stale = this.generation++
    const root: Root = { ...this.head!, answers: this.answers, generation: this.generation, entries: this.all() }
    const saved = this.save(this.runId, root)
    // After the root: until that is there, the old pieces are all there is.
    const clear = (): void => this.deletePieces(stale, pieces)
    whenDone(() => saved, clear, clear)
    this.pieces = 0
    this.piece = []
    return saved
  }

  private deletePieces(generation: number, last: number): void {
    for (let number = 0; number <= last; number++) void this.context.checkpoints.delete(pieceId(this.runId, generation, number))
  }

  /** Nobody waits for it but who wants to: without it the run only cannot go on. */
  private save(runId: string, data: unknown): void | PromiseLike<void> {
    const { checkpoints, trace } = this.context
    const failed = (thrown: unknown): void => trace('checkpoint-failed', { runId, message: String(thrown) })
    try {
      const saved = checkpoints.save({ runId, version: VERSION, data }) as PromiseLike<void> | undefined
      return typeof saved?.then === 'function' ? saved.then(undefined, failed) : undefined
    } catch (thrown) {
      failed(thrown)
    }
  }
}

function pieceId(runId: string, generation: number, number: number): string {
  return runId + '#' + generation + '.' + number
}
