/** An object of these keys, in their order. */
export function byKey<T>(keys: readonly string[], make: (key: string, index: number) => T): { [key: string]: T } {
  const made: { [key: string]: T } = {}
  keys.forEach((key, index) => void (made[key] = make(key, index)))
  return made
}
