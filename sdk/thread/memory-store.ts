import type { OpenStore, StorePlace } from './thread-store.js'
import { memoryLedger } from '../context/run-context.js'
import type { Platform } from '../platform/platform.js'
import { watchUser } from '../platform/signed-in-user.js'

/** Keeps nothing: the conversation lasts as long as its object, and is gone when its user leaves. */
export function memoryStore({ onRestored, onLeave }: Pick<StorePlace, 'onRestored' | 'onLeave'>, platform?: Platform): OpenStore {
  const ledger = memoryLedger()
  const nothing = (): void => {}
  const restore = (): void => onRestored(null)
  const swap = (): void => {
    onLeave(nothing)
    ledger.clear()
    restore()
  }
  // What was said before anybody had signed in is theirs who does.
  const stop = platform ? watchUser(platform.storage, (_user, isForgotten, before) => (before || isForgotten) && swap()) : nothing
  return { ledger, restore, save: nothing, ended: nothing, forget: ledger.clear, stop }
}
