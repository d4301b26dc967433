import { SampanError } from '../errors.js'
import { parseJson } from '../protocol/json.js'
import type { HostFailure, Storage } from '../platform/platform.js'

/** Characters in one storage key: 3 bytes each at most, so within the 150 KB that fit everywhere. */
const PART_CHARS = 50_000

interface Head {
  /** Which set of parts is the good one. */
  generation: number
  parts: number
  checksum: string
}

/** One text under one name, however long, over a host's storage. */
export interface RecordStore {
  read(done: (error: SampanError | null, text?: string) => void): void
  /** Writes are made one after the other; of several that wait only the last is made. */
  write(text: string, done: (error: SampanError | null) => void): void
  delete(): void
}

/**
 * Keeps the earlier text readable until the new one is whole: new parts go beside the old ones, the head that points to
 * them is written last, and only then are the old parts deleted.
 */
export function createRecordStore(storage: Storage, key: string): RecordStore {
  let generation = 0
  let oldParts = 0
  let isWriting = false
  /** Rises with each deletion, so that a write under way does not bring back what was deleted. */
  let epoch = 0
  let next: { text: string; done: (error: SampanError | null) => void } | undefined
  const partKey = (gen: number, index: number): string => key + '/' + gen + '/' + index

  function read(done: (error: SampanError | null, text?: string) => void): void {
    storage.get(key, (failure, value) => {
      if (failure) return done(storageError(failure))
      if (value === undefined) return done(null)
      const head = parseJson(value) as Head | undefined
      if (!head || typeof head.parts !== 'number') return done(damaged())
      generation = head.generation
      oldParts = head.parts
      readParts(head, [], done)
    })
  }
  function readParts(head: Head, parts: string[], done: (error: SampanError | null, text?: string) => void): void {
    if (parts.length === head.parts) {
      const text = parts.join('')
      return checksumOf(text) === head.checksum ? done(null, text) : done(damaged())
    }
    storage.get(partKey(head.generation, parts.length), (failure, value) => {
      if (failure || value === undefined) return done(failure ? storageError(failure) : damaged())
      readParts(head, parts.concat(value), done)
    })
  }
  function write(text: string, done: (error: SampanError | null) => void): void {
    next?.done(null)
    next = { text, done }
    if (!isWriting) writeNext()
  }
  function writeNext(): void {
    const job = next
    next = undefined
    isWriting = Boolean(job)
    if (!job) return
    const parts = cut(job.text)
    const to = generation + 1
    const startedIn = epoch
    const end = (failure: HostFailure | null): void => {
      if (failure || startedIn !== epoch) parts.forEach((_part, index) => storage.delete(partKey(to, index), () => {}))
      job.done(failure ? storageError(failure) : null)
      writeNext()
    }
    writeParts(to, parts, 0, failure => {
      if (failure || startedIn !== epoch) return end(failure)
      const head: Head = { generation: to, parts: parts.length, checksum: checksumOf(job.text) }
      storage.set(key, JSON.stringify(head), headFailure => {
        if (headFailure) return end(headFailure)
        for (let i = 0; i < oldParts; i++) storage.delete(partKey(generation, i), () => {})
        generation = to
        oldParts = parts.length
        end(null)
      })
    })
  }
  function writeParts(gen: number, parts: string[], index: number, done: (failure: HostFailure | null) => void): void {
    if (index === parts.length) return done(null)
    storage.set(partKey(gen, index), parts[index]!, failure => (failure ? done(failure) : writeParts(gen, parts, index + 1, done)))
  }
  return {
    read,
    write,
    delete() {
      next = undefined
      epoch += 1
      for (let i = 0; i < oldParts; i++) storage.delete(partKey(generation, i), () => {})
      oldParts = 0
      storage.delete(key, () => {})
    },
  }
}

/** Cuts text into parts, never inside a surrogate pair: storages that keep UTF-8 would lose both halves. */
function cut(text: string): string[] {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + PART_CHARS, text.length)
    const last = text.charCodeAt(end - 1)
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end -= 1
    parts.push(text.slice(at, end))
    at = end
  }
  return parts
}

/** Tells a torn or mixed text from a whole one. */
function checksumOf(text: string): string {
  let hash = 0x811c9dc5
  // Every 7th character and the length: enough to see a lost or foreign part, and cheap without a JIT.
  for (let i = 0; i < text.length; i += 7) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36) + '-' + text.length
}

function storageError(failure: HostFailure): SampanError {
  if (failure.reason === 'quota') return new SampanError('thread/storage-full', 'The host\'s storage is full: ' + failure.errMsg, { cause: failure })
  return new SampanError('platform/failed', 'The host\'s storage failed: ' + failure.errMsg, { cause: failure, retryable: true })
}

function damaged(): SampanError {
  return new SampanError('thread/record-damaged', 'The stored conversation is not whole.')
}
