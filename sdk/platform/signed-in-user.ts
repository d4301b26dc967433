import type { HostCallback, HostFailure, Stop, Storage } from './platform.js'

// Who uses the phone stands in its storage: what belongs to a user is found again without a network, and by nobody else.
// The gateway's sign-in says it, or the app; threads and connections over the same storage hear of a change.

const USER_KEY = 'sampan/user'

/** The id that makes a guest the same guest after a restart. */
export const GUEST_KEY = 'sampan/guest'

/** Who signed in last on this phone, as they stand in keys. */
export interface KnownUser {
  /** `''`: signed out, or it could not be read. `undefined`: nobody ever signed in. */
  readonly user: string | undefined
  /** Who was the first: what was stored before belongs to them. */
  readonly first: string | undefined
}

/**
 * What the keys of all that belongs to a user begin with. What was said before anyone had signed in stands where that of the
 * first user does: it is theirs, and nothing moves when they sign in.
 */
export function userPrefix({ user, first }: KnownUser): string {
  return user === first ? 'sampan/thread/' : 'sampan/user/' + user + '/'
}

type Listener = (user: string, isForgotten: boolean, before: string | undefined) => void
/** `unkept`: who it is could not be stored, or not yet. */
interface Cell { known?: KnownUser; unkept?: KnownUser; listeners: readonly Listener[] }

const cells = /* @__PURE__ */ new WeakMap<Storage, Cell>()

function cellOf(storage: Storage): Cell {
  let cell = cells.get(storage)
  if (!cell) cells.set(storage, (cell = { listeners: [] }))
  return cell
}

/** Asks who uses the phone. Where the host does not hand that out it is nobody, and nobody was the first: `?` is in no key. */
export function readUser(storage: Storage, done: (known: KnownUser, failure?: HostFailure | null) => void): void {
  const cell = cellOf(storage)
  if (cell.known) return done(cell.known)
  storage.get(USER_KEY, (failure, text) => {
    const [user, first] = failure ? ['', '?'] : text === undefined ? [] : text.split(' ')
    const read = cell.known || { user, first }
    if (!failure) cell.known = read
    done(read, failure)
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
      cell.known = cell.unkept = { user, first: before.first || user }
      keepUser(storage, () => {})
      cell.listeners.forEach(listener => listener(user, isForgotten, before.user))
    }
    if (done) done()
  })
}

/** Stores who uses the phone, if that has yet to be done: nothing of theirs is stored before, or another would find it. */
export function keepUser(storage: Storage, done: HostCallback<void>): void {
  const cell = cellOf(storage)
  const { unkept } = cell
  if (!unkept) return done(null)
  storage.set(USER_KEY, unkept.user + ' ' + unkept.first, failure => {
    if (!failure && cell.unkept === unkept) cell.unkept = undefined
    done(failure)
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
