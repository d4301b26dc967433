import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostCallback, Storage } from '../../sdk/platform/platform.js'
import { classifyNodeFailure } from './node-failure.js'

const SUFFIX = '.txt'

/**
 * A storage of one file a key. A value is written to a second file that then takes the first one's name, so that a
 * process killed in between leaves the old value or the new one, never half of it.
 */
export function fileStorage(directory: string): Storage {
  // One operation after the other: two writes of one key keep their order, a read sees the write before it.
  let tail: Promise<unknown> = Promise.resolve()
  let writes = 0

  function queue<T>(done: HostCallback<T>, work: () => Promise<T>): void {
    tail = tail.then(() => settle(work)).then((answer) => setImmediate(answer, done))
  }

  const fileOf = (key: string): string => join(directory, encodeURIComponent(key).replace(/[.*]/g, encodeByte) + SUFFIX)

  return {
    get: (key, done) => queue(done, () => readFile(fileOf(key), 'utf8').catch(absent)),
    set: (key, value, done) =>
      queue(done, async () => {
        const file = fileOf(key)
        const draft = `${file}.${process.pid}-${++writes}`
        await mkdir(directory, { recursive: true })
        try {
          await writeFile(draft, value)
          await rename(draft, file)
        } catch (thrown) {
          await rm(draft, { force: true })
          throw thrown
        }
      }),
    delete: (key, done) => queue(done, () => rm(fileOf(key), { force: true })),
    keys: (done) =>
      queue(done, async () => {
        const files = (await readdir(directory).catch(absent)) ?? []
        return files.filter((file) => file.endsWith(SUFFIX)).map((file) => decodeURIComponent(file.slice(0, -SUFFIX.length)))
      }),
  }
}

// The answer is handed over outside the chain: a caller's throw neither stops the queue nor is swallowed by it.
async function settle<T>(work: () => Promise<T>): Promise<(done: HostCallback<T>) => void> {
  try {
    const value = await work()
    return (done) => done(null, value)
  } catch (thrown) {
    const failure = classifyNodeFailure(thrown)
    return (done) => done(failure)
  }
}

function encodeByte(character: string): string {
  return '%' + character.charCodeAt(0).toString(16).toUpperCase()
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
