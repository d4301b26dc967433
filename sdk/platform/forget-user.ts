import { SampanError } from '../errors.js'
import { changeUser, GUEST_KEY, readUser, userPrefix, type KnownUser } from './signed-in-user.js'
import type { HostCallback, Storage } from './platform.js'

/**
 * Signs out on this phone: deletes the threads of whoever uses it, with their ledgers, and the guest's id. Open threads
 * end their run and are empty, connections forget their token. Nothing is stored until somebody signs in again.
 * What a gateway keeps stays there.
 *
 * @throws SampanError `platform/failed` where the host does not hand out who that is: nothing is deleted then.
 */
export async function forgetUser(storage: Storage): Promise<void> {
  const known = await new Promise<KnownUser>((resolve, reject) => {
    readUser(storage, (user, failure) => (failure ? reject(new SampanError('platform/failed', 'The host did not say whose threads are to be deleted: ' + failure.errMsg, { cause: failure, retryable: true })) : resolve(user)))
  })
  const prefix = userPrefix(known)
  // First of all: from here on no open thread writes what is about to be deleted.
  changeUser(storage, '', undefined, true)
  const keys = ((await asked<string[]>(done => storage.keys(done))) ?? []).filter(key => key === GUEST_KEY || key.indexOf(prefix) === 0)
  // Heads before their pages, whose keys are longer: without a head pages are nobody's.
  keys.sort((a, b) => a.length - b.length)
  for (const key of keys) await asked<void>(done => storage.delete(key, done))
}

function asked<T>(ask: (done: HostCallback<T>) => void): Promise<T | undefined> {
  return new Promise(resolve => ask((_failure, value) => resolve(value)))
}
