import { askGateway } from './ask-gateway.js'
import type { Connection } from './connect.js'
import { forgetUser } from '../platform/forget-user.js'

/**
 * Signs out on this phone: deletes the threads of whoever uses it, their ledgers and the guest's id, and gives up the
 * token. Open threads end their run and are empty; what a gateway keeps stays there. The next request signs in again.
 */
export function signOut(connection: Connection): Promise<void> {
  return forgetUser(connection.platform.storage)
}

/**
 * Erases whoever uses the phone: what the gateway keeps of them, then what the phone keeps, as {@link signOut} does.
 *
 * @throws SampanError where the gateway was not reached, or something else answered in its place: then nothing is erased on the phone either.
 */
export function eraseUser(connection: Connection): Promise<void> {
  const erased = new Promise<void>((resolve, reject) => {
    // Nobody can end it: a request to be erased is not taken back.
    askGateway<{ isErased: true }>(connection, '/me/erase', {}, 'isErased').subscribe({ error: reject, complete: resolve })
  })
  return erased.then(() => signOut(connection))
}
