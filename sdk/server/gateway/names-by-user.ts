/** Which things are whose: what stores in memory look up by user. */
export interface NamesByUser {
  /** Puts a name last among those of a user. */
  add(userId: string, name: string): void
  delete(userId: string, name: string): void
  /** The names of a user, in the order in which they were added. */
  of(userId: string): string[]
}

/** An index without entries. A user who has nothing costs nothing. */
export function createNamesByUser(): NamesByUser {
  const users = new Map<string, Set<string>>()
  const remove: NamesByUser['delete'] = (userId, name) => {
    const names = users.get(userId)
    names?.delete(name)
    if (names?.size === 0) users.delete(userId)
  }
  return {
    add(userId, name) {
      remove(userId, name)
      users.set(userId, (users.get(userId) ?? new Set()).add(name))
    },
    delete: remove,
    of: userId => [...(users.get(userId) ?? [])],
  }
}
