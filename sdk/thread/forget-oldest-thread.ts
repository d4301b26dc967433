import { partKeys } from './page-plan.js'
import type { Head } from './page-store.js'
import { parseJson } from '../protocol/json.js'
import type { HostCallback, Storage } from '../platform/platform.js'
import { readUser, userPrefix, type KnownUser } from '../platform/signed-in-user.js'

/** What keys of threads begin with, whoever's they are. */
const PREFIX = /^sampan\/(?:thread|user\/[^/]*)\//

/**
 * Makes room: deletes the stored thread that was used longest ago, whoever's it is. For an app that would rather lose an old conversation
 * than not keep the one that is going on; the library itself never deletes what was stored.
 *
 * @param except ids of threads of the phone's user that stay, such as the open one.
 * @returns the id of the thread that is gone, or `undefined` where there is none that may go.
 * @example
 * thread.on('error', async ({ code }) => {
 *   if (code === 'thread/storage-full') await forgetOldestThread(platform.storage, ['barista'])
 * })
 */
export async function forgetOldestThread(storage: Storage, except: readonly string[] = []): Promise<string | undefined> {
  const keys = (await asked<string[]>(done => storage.keys(done))) ?? []
  const prefix = userPrefix(await new Promise<KnownUser>(resolve => readUser(storage, resolve)))
  const stays = new Set(except.map(id => prefix + id))
  let oldest: { key: string; head: Head } | undefined
  for (const key of keys) {
    if (!PREFIX.test(key) || stays.has(key)) continue
    const head = headOf(await asked<string | undefined>(done => storage.get(key, done)))
    if (head && (!oldest || head.at < oldest.head.at)) oldest = { key, head }
  }
  if (!oldest) return undefined
  const { key, head } = oldest
  // The head first: without it the pages are nobody's, and a half-deleted thread would be reported as damaged.
  for (const name of [key].concat(...head.pages.map(page => partKeys(key, page)))) await asked<void>(done => storage.delete(name, done))
  return key.replace(PREFIX, '')
}

/** Pages stand under such keys too. Only a head names pages. */
function headOf(value: string | undefined): Head | undefined {
  const head = value === undefined ? undefined : (parseJson(value) as Head | undefined)
  return head && Array.isArray(head.pages) ? head : undefined
}

/** The answer of the host; one that failed is none. */
function asked<T>(ask: (done: HostCallback<T>) => void): Promise<T | undefined> {
  return new Promise(resolve => ask((_failure, value) => resolve(value)))
}
