import type { Stop, Storage } from './platform.js'

// Who uses the phone stands in its storage: what belongs to a user is found again without a network, and by nobody else.
// The gateway's sign-in says it, or the app; threads and connections over the same storage hear of a change.

const USER_KEY = 'sampan/user'

/** The id that makes a guest the same guest after a restart. */
export const GUEST_KEY = 'sampan/guest'

/** What the keys of threads begin with that were stored before anybody had signed in. */
export const UNNAMED_PREFIX = 'sampan/thread/'

/** What the keys of all that belongs to a user begin with. */
export const userPrefix = (user: string): string => USER_PREFIX + user + '/'
const USER_PREFIX = 'sampan/user/'

/** Who signed in last on this phone. `''`: signed out. `undefined`: nobody ever signed in. Both as they stand in keys. */
export interface KnownUser {
  readonly user: string | undefined
  /** Who was the first: what was stored before belongs to them. */
  readonly first: string | undefined
}

type Listener = (user: string, isForgotten: boolean) => void
interface Cell { known: KnownUser | undefined; listeners: readonly Listener[] }

const cells = /* @__PURE__ */ new WeakMap<Storage, Cell>()

function cellOf(storage: Storage): Cell {
  let cell = cells.get(storage)
  if (!cell) cells.set(storage, (cell = { known: undefined, listeners: [] }))
  return cell
}

/** Asks who uses the phone. */
export function readUser(storage: Storage, done: (known: KnownUser) => void): void {
  const cell = cellOf(storage)
  if (cell.known) return done(cell.known)
  storage.get(USER_KEY, (_failure, text) => {
    const [user, first] = text === undefined ? [] : text.split(' ')
    done((cell.known ??= { user, first }))
  })
}

/**
 * Says who uses the phone from now on; a connection to a gateway does it by itself when it has signed in. Open threads of
 * another user end their run and show the conversation of this one. What was stored before anybody had signed in belongs
 * to the first user.
 *
 * @param userId `''`: nobody. Until somebody signs in again nothing is stored.
 * @param done called when all have heard.
 * @param isForgotten what is kept of the user before must not be written any more.
 */
export function changeUser(storage: Storage, userId: string, done?: () => void, isForgotten = false): void {
  const user = encodeURIComponent(userId)
  readUser(storage, before => {
    if (before.user !== user || isForgotten) {
      const cell = cellOf(storage)
      const first = before.first || user
      cell.known = { user, first }
      storage.set(USER_KEY, user + ' ' + first, () => {})
      cell.listeners.forEach(listener => listener(user, isForgotten))
    }
    if (done) done()
  })
}

/**
 * Hears who uses the phone, whenever it is another.
 * @param isLast called after all others: what they still need of the user before is there by then.
 */
export function watchUser(storage: Storage, listener: Listener, isLast?: boolean): Stop {
  const cell = cellOf(storage)
  cell.listeners = isLast ? cell.listeners.concat(listener) : [listener].concat(cell.listeners)
  return () => void (cell.listeners = cell.listeners.filter(other => other !== listener))
}
