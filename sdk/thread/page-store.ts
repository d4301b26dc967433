import { checksumOf, partKeys, planPages, type KnownPage, type Page } from './page-plan.js'
import { SampanError } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { HostCallback, HostFailure, Storage } from '../platform/platform.js'

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
  let writing: unknown[] = []
  const drop = ({ page }: KnownPage): void => partKeys(key, page).forEach(name => storage.delete(name, () => {}))

  function read(done: (error: SampanError | null, items: Item[], rest?: Rest) => void): void {
    storage.get(key, (failure, value) => {
      if (failure || value === undefined) return done(failure && storageError(failure), [])
      const head = Object(parseJson(value)) as Head
      if (!Array.isArray(head.pages)) return done(damaged(), [])
      if (head.version > version) return done(new SampanError('thread/record-newer', 'The stored conversation is of version ' + head.version + '.'), [])
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
      const readPage = (page: Page, next: HostCallback<unknown>): void =>
        readParts(storage, partKeys(key, page), (pageFailure, text) => {
          // What the host fails to hand out is not damaged: it may be there the next time.
          if (!pageFailure) take(page, text!)
          next(pageFailure)
        })
      inTurn(head.pages, readPage, pageFailure => done(pageFailure ? storageError(pageFailure) : error, items, rest))
    })
  }

  function saveNext(): void {
    const told = waiting
    waiting = []
    isWriting = told.length > 0
    if (!isWriting) return
    const startedIn = epoch
    const { items, rest, at } = source.now()
    const { kept, written, entries } = planPages(key, known, next, items, source.pack, rest)
    writing = entries
    const pages = known.slice(0, kept).concat(written)
    next += written.length
    const head: Head = { version, at, next, pages: pages.map(({ page }) => page) }
    entries.push([key, JSON.stringify(head)])
    inTurn(entries, ([name, text], done) => storage.set(name, text, done), failure => {
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
      writing.length = 0
      known.forEach(drop)
      known = []
      storage.delete(key, () => {})
    },
  }
}

/** One after the other, and no more where the host fails at one. Answers at once where the host does. */
function inTurn<T>(items: readonly T[], work: (item: T, next: HostCallback<unknown>) => void, done: (failure: HostFailure | null) => void, index = 0): void {
  if (index < items.length) work(items[index]!, failure => (failure ? done(failure) : inTurn(items, work, done, index + 1)))
  else done(null)
}

function readParts(storage: Storage, names: readonly string[], done: HostCallback<string>): void {
  let text = ''
  const read = (name: string, next: HostCallback<unknown>): void =>
    storage.get(name, (failure, part = '') => {
      text += part
      next(failure)
    })
  inTurn(names, read, failure => done(failure, text))
}

/** What it means that a host did not store, or did not hand out what is stored. */
export function storageError(failure: HostFailure): SampanError {
  const { reason, errMsg } = failure
  const code = reason === 'quota' ? 'thread/storage-full' : reason === 'denied' ? 'platform/denied' : 'platform/failed'
  return new SampanError(code, 'The host\'s storage failed: ' + errMsg, { cause: failure, retryable: code === 'platform/failed' })
}

function damaged(): SampanError {
  return new SampanError('thread/record-damaged', 'A part of the stored conversation is lost.')
}
