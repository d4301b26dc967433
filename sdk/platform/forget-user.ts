import { changeUser, GUEST_KEY, readUser, UNNAMED_PREFIX, userPrefix, type KnownUser } from './signed-in-user.js'
import type { HostCallback, Storage } from './platform.js'

/**
 * Signs out on this phone: deletes the threads of whoever uses it, with their ledgers, and the guest's id. Open threads
 * end their run and are empty, connections forget their token. Nothing is stored until somebody signs in again.
 * What a gateway keeps stays there.
 */
export async function forgetUser(storage: Storage): Promise<void> {
  const { user, first } = await new Promise<KnownUser>(resolve => readUser(storage, resolve))
  // First of all: from here on no open thread writes what is about to be deleted.
  changeUser(storage, '', undefined, true)
  const isTheirs = (key: string): boolean =>
    key === GUEST_KEY || (user ? key.indexOf(userPrefix(user)) === 0 : false) || ((!user || user === first) && key.indexOf(UNNAMED_PREFIX) === 0)
  const keys = ((await asked<string[]>(done => storage.keys(done))) ?? []).filter(isTheirs)
  // Heads before their pages, whose keys are longer: without a head pages are nobody's.
  keys.sort((a, b) => a.length - b.length)
  for (const key of keys) await asked<void>(done => storage.delete(key, done))
}

function asked<T>(ask: (done: HostCallback<T>) => void): Promise<T | undefined> {
  return new Promise(resolve => ask((_failure, value) => resolve(value)))
}
