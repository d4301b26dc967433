import type { Conversation, StoredCheckpoint } from './conversation.js'
import type { ThreadMessage } from './messages.js'
import { openPlace, type Place, type PlaceOptions } from './place.js'
import { afterKill, type ThreadRest } from './records.js'
import { storedLedger, type StoredLedger } from './stored-ledger.js'
import type { CopyHandle, ThreadCopy } from './thread-copy.js'
import type { SampanError } from '../errors.js'
import type { Platform, Stop } from '../platform/platform.js'
import { readUser, watchUser } from '../platform/signed-in-user.js'

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

/**
 * Keeps a conversation under its id and the user of the phone. Called where something settled (a message, a tool result, a
 * run), not per token. A record that a newer version wrote, or that the host did not hand out, is not overwritten.
 */
export class Persistence {
  readonly ledger: StoredLedger
  private place: Place | undefined
  private copy: CopyHandle | undefined
  private readonly stops: Stop[] = []

  constructor(private readonly options: PersistenceOptions) {
    const { platform } = options
    this.ledger = storedLedger(platform && (done => this.write(done)))
    if (!platform) return
    this.stops.push(watchUser(platform.storage, (user, isForgotten) => this.userChanged(user, isForgotten)))
    this.stops.push(platform.onSignal(signal => signal === 'hide' && this.save()))
  }

  /** Fills conversation and ledger from storage. */
  restore(): void {
    const { options: { platform, conversation, canGoOn, onRestored }, ledger } = this
    if (!platform) return onRestored(null)
    this.closeCopy()
    this.place = undefined
    readUser(platform.storage, ({ user, first }) => {
      const mine = (this.place = this.open(user))
      const old = user && user === first ? this.open(undefined) : undefined
      if (mine.isLocked) return onRestored(null)
      readOwn(mine, old, (from, error, messages, rest) => {
        if (this.place !== mine) return
        // What could not be read is not overwritten either: it may be there again next time.
        mine.isLocked = error !== null && error.code !== 'thread/record-damaged'
        fill(conversation, messages, canGoOn, rest)
        if (rest) ledger.restore(rest.ledger)
        this.openCopy(() => {
          if (this.place !== mine) return
          onRestored(error)
          if (from !== mine && (rest || error)) this.moveFrom(from)
        })
      })
    })
  }

  save(): void {
    this.write(error => this.tell(error))
  }

  forget(): void {
    // A copy elsewhere has to become empty too, and what it stands at is stored here.
    if (this.copy) this.save()
    else if (this.place && !this.place.isLocked) this.place.store.delete()
  }

  stop(): void {
    this.stops.forEach(stop => stop())
    this.closeCopy()
  }

  private open(user: string | undefined): Place {
    return openPlace(this.options, this.options.platform!.storage, this.ledger, user)
  }

  private write(done: (error: SampanError | null) => void): void {
    const { place } = this
    if (!place || place.isLocked || this.options.conversation.status === 'restoring') return done(null)
    place.store.save(error => {
      done(error)
      if (!error) this.copy?.changed()
    })
  }

  private tell(error: SampanError | null): void {
    if (error) this.options.onError(error)
  }

  /** Keeps here what stood there. */
  private moveFrom({ store }: Place): void {
    const { isLocked } = this.place!
    this.write(error => (error || isLocked ? this.tell(error) : store.delete()))
  }

  private openCopy(done: () => void): void {
    const { id, conversation, clock, platform, copy } = this.options
    if (!copy || this.place!.isLocked) return done()
    this.copy = copy({ id, conversation, clock, platform: platform!, save: () => this.save() })
    this.copy.open(done)
  }

  private closeCopy(): void {
    this.copy?.close()
    this.copy = undefined
  }

  private userChanged(user: string, isForgotten: boolean): void {
    const before = this.place
    // Who it is will be read along with the rest.
    if (!before) return
    if (isForgotten || before.user || !user) return this.swap(before, isForgotten)
    if (this.options.conversation.status === 'restoring') return this.restore()
    // Whoever signs in for the first time has said all this.
    const next = this.open(user)
    next.store.read((error, _messages, rest) => {
      if (this.place !== before) return
      if (error || rest) return this.swap(before, false)
      if (before.user === undefined) next.isLocked = before.isLocked
      this.place = next
      this.moveFrom(before)
      if (!this.copy) this.openCopy(() => {})
    })
  }

  private swap({ store, freeze }: Place, isForgotten: boolean): void {
    this.closeCopy()
    this.options.onLeave(isForgotten ? store.delete : freeze)
    this.ledger.clear()
    this.restore()
  }
}

type Take = (from: Place, ...read: Parameters<Parameters<Place['store']['read']>[0]>) => void

/** Reads what a user has or, where that is nothing, what stands there without a name and is theirs. */
function readOwn(mine: Place, unnamed: Place | undefined, take: Take): void {
  mine.store.read((error, messages, rest) => {
    if (error || rest || !unnamed) return take(mine, error, messages, rest)
    unnamed.store.read((...read) => take(unnamed, ...read))
  })
}

function fill(
  conversation: Conversation,
  messages: ThreadMessage[],
  canGoOn: (checkpoint: StoredCheckpoint) => boolean,
  rest: ThreadRest = { interrupts: [], ledger: [] },
): void {
  const { interrupts, checkpoint } = rest
  conversation.interrupts = interrupts
  conversation.agentState = rest.agentState
  conversation.summary = rest.summary
  conversation.copied = rest.copied
  rest.children?.forEach(child => void conversation.children.set(child.runId, child))
  const last = messages[messages.length - 1]
  const isOpen = last?.status === 'streaming'
  if (checkpoint && !interrupts.length && canGoOn(checkpoint)) {
    conversation.checkpoint = checkpoint
    if (isOpen) conversation.broken = afterKill(messages.pop()!, rest)
    if (isOpen && checkpoint.parts) messages.push({ ...last, parts: last.parts.slice(0, checkpoint.parts) })
  } else if (isOpen) messages.push(afterKill(messages.pop()!, rest))
  conversation.settled = messages
}
