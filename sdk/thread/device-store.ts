import { boundTurns, type KeepOptions } from './bound-turns.js'
import type { ThreadMessage } from './messages.js'
import { storageError } from './page-store.js'
import { openPlace, type Place } from './place.js'
import { afterKill, type ThreadItem, type ThreadRest } from './records.js'
import { storedCheckpoints } from './stored-checkpoints.js'
import { storedLedger, whenSaved, type StoredLedger } from './stored-ledger.js'
import type { CopyHandle, CopyPlace, ThreadCopy } from './thread-copy.js'
import type { OpenStore, StorePlace, ThreadStore } from './thread-store.js'
import type { SampanError } from '../errors.js'
import { keepUser, readUser, watchUser } from '../platform/signed-in-user.js'

/** What is kept on the phone, and where else. */
export interface DeviceStoreOptions {
  /** How much is kept: above it the oldest turns are dropped. Default: 400 messages, 1 MB. */
  keep?: KeepOptions
  /** `copyTo(…)`: what is stored on the phone follows to another place, and from there to the user's other phones. */
  copy?: ThreadCopy
}

/** How long after a kill a run may go on, in milliseconds: somewhat less than a gateway keeps its logs by default. */
const RESUMABLE_MS = 55 * 60_000

/**
 * Keeps a thread in the storage of the phone, under its id and the user: the conversation, open questions, which tools have
 * run, and where a run stands. An app that was killed finds all of it again, and goes on with an answer that was under way
 * where its endpoint keeps a log.
 *
 * @example
 * const thread = createThread({ agent, platform, id: 'barista', store: deviceStore() })
 */
export function deviceStore(options: DeviceStoreOptions = {}): ThreadStore {
  return place => openStore(place, options)
}

/**
 * Called where something settled (a message, a tool result, a run), not per token. A record that a newer version wrote, or
 * that the host did not hand out, is not overwritten.
 */
function openStore(thread: StorePlace, options: DeviceStoreOptions): OpenStore {
  const { platform, conversation, id, clock, isResumable, onRestored, onError, onLeave } = thread
  const { storage } = platform
  let place: Place | undefined
  const write = (done: (error: SampanError | null) => void): void => {
    if (!place || place.isLocked || conversation.status === 'restoring') return done(null)
    const { store } = place
    keepUser(storage, failure => {
      if (failure) return done(storageError(failure))
      store.save(error => {
        done(error)
        if (!error) copy.changed()
      })
    })
  }
  const told: typeof write = done => write(error => (error && onError(error), done(error)))
  const save = (): void => told(() => {})
  const ledger = storedLedger(write)
  const copy = openCopies(options.copy, { id, conversation, clock, platform, ledger, save })
  const show = (done: () => void): void => (place!.isLocked ? done() : copy.open(done))
  const restore = (): void =>
    readUser(storage, (known, failure) => {
      const mine = (place = openPlace(thread, storage, ledger, known))
      if (mine.isLocked) return onRestored(failure ? storageError(failure) : null)
      mine.store.read((error, items, rest) => {
        if (place !== mine) return
        // What could not be read is not overwritten either: it may be there again next time.
        mine.isLocked = error !== null && error.code !== 'thread/record-damaged'
        fill(thread, ledger, items, rest, error)
        show(() => place === mine && onRestored(error))
      })
    })
  const swap = ({ store, freeze }: Place, isForgotten: boolean): void => {
    copy.close()
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
    else readUser(storage, known => takeOver(before, openPlace(thread, storage, ledger, known)))
  }
  /** Whoever signs in has said what was said since somebody signed out, unless there is something of theirs. */
  const takeOver = (nobodys: Place, next: Place): void =>
    next.store.read((error, _items, rest) => {
      if (place !== nobodys) return
      if (error || rest) return swap(nobodys, false)
      place = next
      save()
      show(() => {})
    })
  const stops = [copy.close, watchUser(storage, userChanged), platform.onSignal(signal => signal === 'hide' && save())]
  return {
    ledger,
    // Where an answer cannot be read again, a checkpoint would be written for nothing.
    checkpoints: isResumable ? storedCheckpoints(conversation, clock, () => whenSaved(told)) : undefined,
    restore,
    save,
    ended() {
      boundTurns(conversation, options.keep, save)
      save()
    },
    forget() {
      ledger.clear()
      // A copy elsewhere has to become empty too, and what it stands at is stored here.
      if (copy.isOpen()) save()
      else if (place && !place.isLocked) place.store.delete()
    },
    stop: () => stops.forEach(stop => stop()),
  }
}

/** The copy that is kept elsewhere of what is open, if one is. */
function openCopies(make: ThreadCopy | undefined, place: CopyPlace) {
  let handle: CopyHandle | undefined
  return {
    isOpen: () => handle !== undefined,
    open(done: () => void) {
      handle = make?.(place)
      if (handle) handle.open(done)
      else done()
    },
    changed: () => handle?.changed(),
    close() {
      handle?.close()
      handle = undefined
    },
  }
}

function fill({ conversation, clock, isResumable }: StorePlace, ledger: StoredLedger, items: readonly ThreadItem[], rest: ThreadRest | undefined, error: SampanError | null): void {
  const messages = items.filter((item): item is ThreadMessage => 'parts' in item)
  conversation.settled = messages
  if (!rest) return
  const { interrupts, checkpoint, agentState, summary, copied } = rest
  Object.assign(conversation, { interrupts, agentState, summary, copied })
  ledger.restore(rest.ledger)
  items.forEach(item => 'runId' in item && conversation.children.set(item.runId, item))
  const last = messages[messages.length - 1]
  const killed = last?.status === 'streaming' ? afterKill(messages.pop()!, rest, conversation.textOf) : undefined
  // Where a part of what it had kept is missing, a run would do again what it has done.
  if (checkpoint && !error && !interrupts.length && isResumable && clock.now() - checkpoint.at < RESUMABLE_MS) {
    Object.assign(conversation, { checkpoint, broken: killed })
    if (killed && checkpoint.parts) messages.push({ ...last!, parts: last!.parts.slice(0, checkpoint.parts) })
  } else if (killed) messages.push(killed)
}
