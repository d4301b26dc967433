import { askGateway } from './ask-gateway.js'
import type { Connection } from './connect.js'
import { whileErasing } from './while-erasing.js'
import { forgetUser } from '../platform/forget-user.js'

/**
 * Signs out on this phone: deletes the threads of whoever uses it, their ledgers and the guest's id, and gives up the
 * token. Open threads end their run and are empty; what a gateway keeps stays there. The next request signs in again.
 */
export function signOut(connection: Connection): Promise<void> {
  return forgetUser(connection.platform.storage)
}

/**
 * Erases whoever uses the phone: what the gateway keeps of them, then what the phone keeps, as {@link signOut} does. Copies of
 * threads and feedback that are on their way are waited for, and none begins before the end: nothing arrives after the erasure.
 *
 * @throws SampanError where the gateway was not reached, or something else answered in its place: then nothing is erased on the phone either.
 */
export function eraseUser(connection: Connection): Promise<void> {
  return whileErasing(connection.platform.storage, async () => {
    await new Promise<void>((resolve, reject) => {
      // Nobody can end it: a request to be erased is not taken back.
      askGateway<{ isErased: true }>(connection, '/me/erase', {}, 'isErased').subscribe({ error: reject, complete: resolve })
    })
    await signOut(connection)
  })
}
