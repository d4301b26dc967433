/** What an object has itself, and not from where all objects have something. What is no object has nothing. */
export function own<T>(object: { readonly [key: string]: T } | undefined, key: string): T | undefined {
  return has(object, key) ? object![key] : undefined
}

/** Whether an object has a key of its own. */
export function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.prototype.hasOwnProperty.call(value, key)
}
