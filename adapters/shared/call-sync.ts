/**
 * Calls a synchronous API that takes its arguments one by one. What it answers is put as an asynchronous one would.
 *
 * @throws what the host throws, or returns: Taro on React Native returns an Error where an API is not supported.
 */
export function callSync(method: (...args: unknown[]) => unknown, args: object): unknown {
  const answer = method(...Object.values(args))
  if (answer instanceof Error) throw answer
  return typeof answer === 'object' ? answer : { data: answer }
}
