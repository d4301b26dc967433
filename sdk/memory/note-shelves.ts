import { Observable } from 'rxjs'
import { whenDone } from '../agent/ledger.js'

export type Fields = Record<string, unknown>

/** Whose note it is, and the conversation it is asked for in. */
export interface NoteOwner {
  /** Who is signed in at the gateway that runs the agent. On a phone nobody: there is one user. */
  readonly userId: string | undefined
  /** The conversation. Its id is the client's word: two users may have the same. */
  readonly threadId: string
}

/** Keeps a note beyond one conversation: in the host's storage, or on a server. */
export interface NoteStore<Note> {
  /** `user` (default): one note for all conversations of a user. `thread`: one for each of them. */
  readonly per?: 'user' | 'thread'
  load(owner: NoteOwner): Note | undefined | PromiseLike<Note | undefined>
  save(note: Note, owner: NoteOwner): void | PromiseLike<void>
}

/** What a store holds of one owner, as far as it has been read. Runs side by side share it. */
export interface Shelf {
  note: Fields | undefined
  isRead: boolean
}
interface SharedShelf extends Shelf {
  isReading: boolean
  runs: number
  readonly waiting: Set<() => void>
}

/** The shelves of a store, each while there is a run that needs it. */
export interface Shelves {
  /** To be given back when the run has ended. */
  take(owner: NoteOwner): Shelf
  giveBack(owner: NoteOwner): void
  /** Reads a shelf once for all runs that share it, and completes. At once where it has been read. */
  load(owner: NoteOwner, failed: (thrown: unknown) => void): Observable<never>
}

/**
 * Where an owner is named, others may serve the same one: what is read is forgotten with the last of their runs. Else it is
 * read once, so that a run which an approval resumes waits for nothing.
 */
export function createShelves<Note>(store: NoteStore<Note> | undefined): Shelves {
  const shelves = new Map<string, SharedShelf>()
  const keyOf = ({ userId, threadId }: NoteOwner): string => JSON.stringify([userId, store && store.per === 'thread' && threadId])
  const shelfOf = (owner: NoteOwner): SharedShelf => shelves.get(keyOf(owner))!
  return {
    take(owner) {
      const key = keyOf(owner)
      const shelf = shelves.get(key) ?? { note: undefined, isRead: false, isReading: false, runs: 0, waiting: new Set() }
      shelves.set(key, shelf)
      shelf.runs++
      return shelf
    },
    giveBack(owner) {
      if (!--shelfOf(owner).runs && owner.userId !== undefined) shelves.delete(keyOf(owner))
    },
    load: (owner, failed) =>
      new Observable(subscriber => {
        const shelf = shelfOf(owner)
        const done = (): void => subscriber.complete()
        if (!store || shelf.isRead) return done()
        shelf.waiting.add(done)
        subscriber.add(() => void shelf.waiting.delete(done))
        if (shelf.isReading) return
        shelf.isReading = true
        const finish = (): void => {
          shelf.isReading = false
          shelf.waiting.forEach(goOn => goOn())
        }
        const loaded = (note: Note | undefined): void => {
          shelf.note = note as Fields | undefined
          shelf.isRead = true
          finish()
        }
        whenDone(() => store.load(owner), loaded, thrown => (failed(thrown), finish()))
      }),
  }
}
