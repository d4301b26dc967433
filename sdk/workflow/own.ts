/** Whether an object has a key of its own: what it inherits is no part of a flow. */
export function has(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && Object.prototype.hasOwnProperty.call(value, key)
}
