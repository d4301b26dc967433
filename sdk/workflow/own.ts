/** Whether an object has a key of its own: what it inherits is no part of a flow. */
export function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.prototype.hasOwnProperty.call(value, key)
}

/** An object of these keys, in their order. */
export function byKey<T>(keys: readonly string[], make: (key: string, index: number) => T): { [key: string]: T } {
  const made: { [key: string]: T } = {}
  keys.forEach((key, index) => void (made[key] = make(key, index)))
  return made
}
