import type { Observable, Subscription } from 'rxjs'
import { changed } from './conversation.js'
import type { ThreadMessage } from './messages.js'
import { messageRecords, RECORD_VERSION } from './records.js'
import type { CopyHandle, CopyPlace, ThreadCopy } from './thread-copy.js'
import type { RemoteChange, RemoteThread, ThreadRemote } from '../contracts.js'
import type { Stop } from '../platform/platform.js'

/** How a copy is kept. */
export interface CopyOptions {
  /** Milliseconds a thread that this phone does not have waits for the copy before it is shown empty. Default 3,000. */
  waitMs?: number
}

/** What of the conversation the copy holds: kept with it on the phone. */
interface Mark { version: number; count: number; first?: string; last?: string }

/**
 * Keeps a copy of a thread elsewhere, and takes over what the user's other phones put there. The phone's own storage stays
 * first: without a network everything works, and what is new follows later. Copied are whole turns: no answer that is
 * being written, no open question, and neither ledger nor checkpoint, for a tool runs on one phone only.
 *
 * Where two phones went on without each other, the turns of both stay: those of the one that comes later stand last. Where
 * one of them changed what both had, by `edit` or `regenerate`, the one that comes later wins. Where the user was erased on
 * another phone, what was said before is gone from this one as well.
 */
export function copyTo(remote: ThreadRemote, { waitMs = 3_000 }: CopyOptions = {}): ThreadCopy {
  return place => new Copying(place, remote, waitMs)
}

class Copying implements CopyHandle {
  private work: Subscription | undefined
  private readonly stops: Stop[] = []
  /** Shows the thread, once. */
  private show: (() => void) | undefined

  constructor(private readonly place: CopyPlace, private readonly remote: ThreadRemote, private readonly waitMs: number) {}

  open(done: () => void): void {
    const { conversation, platform, clock } = this.place
    this.stops.push(platform.onSignal(signal => void (/^(online|show)$/.test(signal) && this.look())))
    this.show = done
    if (this.mark || conversation.settled.length) this.opened()
    else this.stops.push(clock.setTimer(this.waitMs, () => this.opened()))
    this.look()
  }

  changed(): void {
    if (!this.isIdle || !this.isDirty) return
    if (this.mark) this.write(this.mark.version, this.keptCount)
    else this.look()
  }

  close(): void {
    this.work?.unsubscribe()
    this.stops.forEach(stop => stop())
    this.show = undefined
  }

  private get mark(): Mark | undefined {
    return this.place.conversation.copied as Mark | undefined
  }

  /** Nothing goes on and nothing is asked: there are whole turns only. */
  private get isIdle(): boolean {
    return !this.work && this.place.conversation.status === 'idle'
  }

  private get isDirty(): boolean {
    const { settled } = this.place.conversation
    const { count, last } = this.mark ?? { count: 0 }
    return settled.length !== count || settled[count - 1]?.id !== last
  }

  /** How many messages from the first on the copy has as they are: a settled message never changes. */
  private get keptCount(): number {
    const { settled } = this.place.conversation
    const { count, first, last } = this.mark!
    return settled[0]?.id === first && settled[count - 1]?.id === last ? count : 0
  }

  private opened(): void {
    const { show } = this
    this.show = undefined
    if (show) show()
  }

  /** Looks what there is, and takes it over or writes what is new here. */
  private look(): void {
    if (this.work) return
    this.request(this.remote.read(this.place.id, this.mark?.version ?? 0), found => this.take(found))
  }

  private take({ version, items, erasedMs, format = RECORD_VERSION, rest }: RemoteThread): void {
    const isMine = !items || (!items.length && !version)
    const { conversation, clock } = this.place
    const erasedAt = erasedMs === undefined ? undefined : clock.now() - erasedMs
    // Nobody may be there to answer it.
    const hasOldQuestion = erasedAt !== undefined && conversation.status === 'waiting' && firstAfter(conversation.settled, erasedAt) < 0
    // What another phone's newer app wrote is left alone; so is a talk that goes on, until it has ended.
    if (format > RECORD_VERSION || !(this.show || this.isIdle || hasOldQuestion)) return this.opened()
    if (erasedAt !== undefined) this.forget(erasedAt, version)
    if (isMine) {
      this.opened()
      if (erasedMs !== undefined) this.place.save()
      // Where the copy is gone, all that is here is new.
      if (this.isIdle && this.isDirty) this.write(version, this.mark?.version === version ? this.keptCount : 0)
      return
    }
    const theirs = items.map(messageRecords.unpack) as ThreadMessage[]
    const ours = this.isDirty ? this.newTurns(theirs) : []
    if (ours) this.replace(theirs, ours, version, rest)
    this.opened()
    this.place.save()
    if (!ours) this.write(version, 0)
    else if (ours.length && this.isIdle) this.write(version, theirs.length)
  }

  /** Its user was erased: here too what was said by then is gone. A copy that was sent before has been refused. */
  private forget(at: number, version: number): void {
    const { conversation, ledger } = this.place
    const { settled } = conversation
    const first = firstAfter(settled, at)
    Object.assign(conversation, { settled: first < 0 ? [] : settled.slice(first), agentState: undefined, summary: undefined, copied: markOf(version, []) })
    // A question, and what its calls gave, belongs to the last turn.
    if (first < 0) {
      conversation.interrupts = []
      if (conversation.status === 'waiting') conversation.status = 'idle'
      ledger.clear()
    }
    changed(conversation)
  }

  /** What was said here since the copy, or `undefined` where what both had was changed here. */
  private newTurns(theirs: readonly ThreadMessage[]): ThreadMessage[] | undefined {
    const { settled } = this.place.conversation
    const last = this.mark?.last
    const at = last === undefined ? -1 : settled.findIndex(({ id }) => id === last)
    if (last !== undefined && at < 0) return undefined
    // A write whose answer was lost has arrived all the same.
    const known = new Set(theirs.map(({ id }) => id))
    return settled.slice(at + 1).filter(({ id }) => !known.has(id))
  }

  private replace(theirs: readonly ThreadMessage[], ours: readonly ThreadMessage[], version: number, rest: unknown): void {
    const { conversation } = this.place
    const { agentState, summary } = Object(rest) as { agentState?: unknown; summary?: string }
    conversation.settled = theirs.concat(ours)
    if (!ours.length) Object.assign(conversation, { agentState, summary })
    conversation.copied = markOf(version, theirs)
    changed(conversation)
  }

  private write(after: number, from: number): void {
    const { conversation, id } = this.place
    const { settled, agentState, summary } = conversation
    const change: RemoteChange = { after, from, items: settled.slice(from).map(messageRecords.pack), format: RECORD_VERSION, rest: { agentState, summary } }
    this.request(this.remote.write(id, change), ({ version, isConflict }) => {
      if (isConflict) return this.look()
      conversation.copied = markOf(version, settled)
      this.place.save()
      this.changed()
    })
  }

  /** One request at a time. One that fails is made again when the network is there, or with the next change. */
  private request<Answer>(answer$: Observable<Answer>, take: (answer: Answer) => void): void {
    let found: { answer: Answer } | undefined
    let isOver = false
    const over = (): void => {
      isOver = true
      this.work = undefined
      if (found) take(found.answer)
      else this.opened()
    }
    const work = answer$.subscribe({ next: (answer: Answer) => void (found = { answer }), error: over, complete: over })
    if (!isOver) this.work = work
  }
}

function markOf(version: number, messages: readonly ThreadMessage[]): Mark {
  return { version, count: messages.length, first: messages[0]?.id, last: messages[messages.length - 1]?.id }
}

/** The index of the first turn that was begun later. */
function firstAfter(messages: readonly ThreadMessage[], at: number): number {
  return messages.findIndex(({ role, createdAt }) => role === 'user' && createdAt > at)
}
