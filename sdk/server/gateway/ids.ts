/** Whether a client may call something so: 1 to 200 characters, and none that is only half of one, which no store keeps. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200 && !/\p{Surrogate}|\0/u.test(value)
}
