import type { StoredCheckpoint } from './conversation.js'
import type { ThreadMessage } from './messages.js'
import { storageError } from './page-store.js'
import { openPlace, type Place, type PlaceOptions } from './place.js'
import { afterKill, type ThreadItem, type ThreadRest } from './records.js'
import { storedLedger, whenSaved, type StoredLedger } from './stored-ledger.js'
import type { CopyHandle, ThreadCopy } from './thread-copy.js'
import type { SampanError } from '../errors.js'
import type { Platform, Stop } from '../platform/platform.js'
import { keepUser, readUser, watchUser } from '../platform/signed-in-user.js'

/** What a thread keeps, and what it is told of. */
export interface PersistenceOptions extends PlaceOptions {
  /** Without it nothing is kept. */
  readonly platform?: Platform
  readonly copy?: ThreadCopy
  /** Whether a run that was under way when the app was killed can go on from this checkpoint. */
  canGoOn(checkpoint: StoredCheckpoint): boolean
  onError(error: SampanError): void
  /** What is stored is there, or there is nothing; with an error if not all of it could be read. */
  onRestored(error: SampanError | null): void
  /** Somebody else uses the phone: ends what goes on, calls back, and empties the conversation. */
  onLeave(left: () => void): void
}

/** What is stored of a thread. */
export interface Persistence {
  readonly ledger: StoredLedger
  /** Fills conversation and ledger from storage. */
  restore(): void
  save(): void
  /** The same, for who waits for it. Rejects where it could not be stored, which `onError` has been told. */
  saved(): void | PromiseLike<void>
  forget(): void
  stop: Stop
}

/**
 * Keeps a conversation under its id and the user of the phone. Called where something settled (a message, a tool result, a
 * run), not per token. A record that a newer version wrote, or that the host did not hand out, is not overwritten.
 */
export function createPersistence(options: PersistenceOptions): Persistence {
  const { platform, conversation, id, clock, onRestored, onError, onLeave } = options
  if (!platform) return { ledger: storedLedger(), restore: () => onRestored(null), save() {}, saved() {}, forget() {}, stop() {} }
  const { storage } = platform
  let place: Place | undefined
  let copy: CopyHandle | undefined

  const write = (done: (error: SampanError | null) => void): void => {
    if (!place || place.isLocked || conversation.status === 'restoring') return done(null)
    const { store } = place
    keepUser(storage, failure => {
      if (failure) return done(storageError(failure))
      store.save(error => {
        done(error)
        if (!error) copy?.changed()
      })
    })
  }
  const told: typeof write = done => write(error => (error && onError(error), done(error)))
  const save = (): void => told(() => {})
  const ledger = storedLedger(write)
  const openCopy = (done: () => void): void => {
    if (!options.copy || place!.isLocked) return done()
    copy = options.copy({ id, conversation, clock, platform, save })
    copy.open(done)
  }
  const closeCopy = (): void => {
    copy?.close()
    copy = undefined
  }
  const restore = (): void =>
    readUser(storage, (known, failure) => {
      const mine = (place = openPlace(options, storage, ledger, known))
      if (mine.isLocked) return onRestored(failure ? storageError(failure) : null)
      mine.store.read((error, items, rest) => {
        if (place !== mine) return
        // What could not be read is not overwritten either: it may be there again next time.
        mine.isLocked = error !== null && error.code !== 'thread/record-damaged'
        fill(options, ledger, items, rest, error)
        openCopy(() => place === mine && onRestored(error))
      })
    })
  const swap = ({ store, freeze }: Place, isForgotten: boolean): void => {
    closeCopy()
    onLeave(isForgotten ? store.delete : freeze)
    ledger.clear()
    place = undefined
    restore()
  }
  const userChanged = (user: string, isForgotten: boolean): void => {
    const before = place
    // Who it is will be read along with the rest.
    if (!before) return
    // The first who signs in has said all that is here, and it stands where it is theirs.
    if (before.user === undefined && user) before.user = user
    else if (isForgotten || before.user !== '') swap(before, isForgotten)
    else readUser(storage, known => takeOver(before, openPlace(options, storage, ledger, known)))
  }
  /** Whoever signs in has said what was said since somebody signed out, unless there is something of theirs. */
  const takeOver = (nobodys: Place, next: Place): void =>
    next.store.read((error, _items, rest) => {
      if (place !== nobodys) return
      if (error || rest) return swap(nobodys, false)
      place = next
      save()
      openCopy(() => {})
    })
  const stops = [closeCopy, watchUser(storage, userChanged), platform.onSignal(signal => signal === 'hide' && save())]
  return {
    ledger,
    restore,
    save,
    saved: () => whenSaved(told),
    // A copy elsewhere has to become empty too, and what it stands at is stored here.
    forget: () => (copy ? save() : place && !place.isLocked && place.store.delete()),
    stop: () => stops.forEach(stop => stop()),
  }
}

function fill({ conversation, canGoOn }: PersistenceOptions, ledger: StoredLedger, items: readonly ThreadItem[], rest: ThreadRest | undefined, error: SampanError | null): void {
  const messages = items.filter((item): item is ThreadMessage => 'parts' in item)
  conversation.settled = messages
  if (!rest) return
  const { interrupts, checkpoint, agentState, summary, copied } = rest
  Object.assign(conversation, { interrupts, agentState, summary, copied })
  ledger.restore(rest.ledger)
  items.forEach(item => 'runId' in item && conversation.children.set(item.runId, item))
  const last = messages[messages.length - 1]
  const killed = last?.status === 'streaming' ? afterKill(messages.pop()!, rest) : undefined
  // Where a part of what it had kept is missing, a run would do again what it has done.
  if (checkpoint && !error && !interrupts.length && canGoOn(checkpoint)) {
    Object.assign(conversation, { checkpoint, broken: killed })
    if (killed && checkpoint.parts) messages.push({ ...last!, parts: last!.parts.slice(0, checkpoint.parts) })
  } else if (killed) messages.push(killed)
}
