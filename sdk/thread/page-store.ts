import { checksumOf, partKeys, planPages, type KnownPage, type Page } from './page-plan.js'
import { SampanError } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { HostFailure, Storage } from '../platform/platform.js'

/** What a store keeps: items that change at their end only, and a rest that changes as it likes. */
export interface PageSource<Item, Rest> {
  readonly version: number
  /** What is to be kept now, and when that is. An item that has not changed is the same object as before. */
  now(): { items: readonly Item[]; rest: Rest; at: number }
  pack(item: Item): unknown
  unpack(stored: unknown): Item
}

type Done = (error: SampanError | null) => void

/** A long list under one name, over a host's storage. */
export interface PageStore<Item, Rest> {
  /** Gives back what could be read, however damaged the rest is; with an error if that is not all. */
  read(done: (error: SampanError | null, items: Item[], rest?: Rest) => void): void
  /** Keeps what there is now. Saves are made one after the other; several that wait are one. */
  save(done: Done): void
  /** Forgets it, with every save that is under way or waits: those are not told of. */
  delete(): void
}

/** What stands under a store's key: where everything else is. */
export interface Head {
  readonly version: number
  /** When it was last saved, in milliseconds since 1970. */
  readonly at: number
  /** The id of the next page to be written. */
  readonly next: number
  readonly pages: readonly Page[]
}

/**
 * Keeps the earlier state readable until the new one is whole: new pages go beside the old ones, the head that names
 * them is written last, and only then are pages deleted that it no longer names. Full pages are never written again.
 */
export function createPageStore<Item, Rest>(storage: Storage, key: string, source: PageSource<Item, Rest>): PageStore<Item, Rest> {
  const { version, unpack } = source
  let known: KnownPage[] = []
  let next = 0
  let waiting: Done[] = []
  let isWriting = false
  /** Rises with each deletion, so that a save under way does not bring back what was deleted. */
  let epoch = 0
  let entries: [string, string][] = []
  const drop = ({ page }: KnownPage): void => partKeys(key, page).forEach(name => storage.delete(name, () => {}))

  function read(done: (error: SampanError | null, items: Item[], rest?: Rest) => void): void {
    storage.get(key, (failure, value) => {
      if (failure || value === undefined) return done(failure && storageError(failure), [])
      const head = parseJson(value) as Head | undefined
      if (!head || !Array.isArray(head.pages)) return done(damaged(), [])
      if (head.version > version) return done(newer(head.version, version), [])
      next = head.next
      const items: Item[] = []
      let rest: Rest | undefined
      let error: SampanError | null = null
      const take = (page: Page, text: string): void => {
        const content = checksumOf(text) === page.checksum ? (parseJson(text) as { items: unknown[]; rest?: Rest }) : undefined
        if (content) content.items.forEach(item => items.push(unpack(item)))
        else error = damaged()
        rest = content && content.rest
        // What is damaged ends with no item there is: the next save writes it anew.
        known.push({ page, end: items.length, last: content ? items[items.length - 1] : page })
      }
      readPages(storage, key, head.pages.slice(), take, pageFailure => done(pageFailure ? storageError(pageFailure) : error, items, rest))
    })
  }

  function saveNext(): void {
    const told = waiting
    waiting = []
    isWriting = told.length > 0
    if (!isWriting) return
    const startedIn = epoch
    const { items, rest, at } = source.now()
    const plan = planPages(key, known, next, items, source.pack, rest)
    const { kept, written } = plan
    entries = plan.entries
    const pages = known.slice(0, kept).concat(written)
    next += written.length
    const head: Head = { version, at, next, pages: pages.map(({ page }) => page) }
    entries.push([key, JSON.stringify(head)])
    setAll(storage, entries, failure => {
      const isDeleted = startedIn !== epoch
      if (isDeleted) storage.delete(key, () => {})
      const useless = failure || isDeleted ? written : known.slice(kept)
      if (useless !== written) known = pages
      useless.forEach(drop)
      if (!isDeleted) told.forEach(done => done(failure && storageError(failure)))
      saveNext()
    })
  }

  return {
    read,
    save(done) {
      waiting.push(done)
      if (!isWriting) saveNext()
    },
    delete() {
      epoch += 1
      waiting = []
      entries.length = 0
      known.forEach(drop)
      known = []
      storage.delete(key, () => {})
    },
  }
}

function readPages(storage: Storage, key: string, pages: Page[], take: (page: Page, text: string) => void, done: (failure: HostFailure | null) => void): void {
  const page = pages.shift()
  if (!page) return done(null)
  const keys = partKeys(key, page)
  const readPart = (text: string): void => {
    const name = keys.shift()
    // What the host fails to hand out is not damaged: it may be there the next time.
    if (name) return storage.get(name, (failure, part = '') => (failure ? done(failure) : readPart(text + part)))
    take(page, text)
    readPages(storage, key, pages, take, done)
  }
  readPart('')
}

function setAll(storage: Storage, entries: [string, string][], done: (failure: HostFailure | null) => void): void {
  const entry = entries.shift()
  if (!entry) return done(null)
  storage.set(entry[0], entry[1], failure => (failure ? done(failure) : setAll(storage, entries, done)))
}

function storageError(failure: HostFailure): SampanError {
  const isFull = failure.reason === 'quota'
  return new SampanError(isFull ? 'thread/storage-full' : 'platform/failed', 'The host did not store: ' + failure.errMsg, { cause: failure, retryable: !isFull })
}

function damaged(): SampanError {
  return new SampanError('thread/record-damaged', 'The stored conversation is not whole; what could be read is there.')
}

function newer(version: number, known: number): SampanError {
  return new SampanError('thread/record-newer', 'The stored conversation has version ' + version + '; this Sampan knows ' + known + '.')
}
