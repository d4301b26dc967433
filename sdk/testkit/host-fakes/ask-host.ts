import type { HostFake } from './host-fake.js'

/** How a call of a host's ended: which callbacks were called, and with what. */
export interface HostAnswer { calls: string[]; result: Record<string, unknown> }

/** Makes a call of a host's and waits for `complete`. */
export function askHost({ api }: Pick<HostFake, 'api'>, name: string, args: object = {}): Promise<HostAnswer> {
  return new Promise(resolve => {
    const calls: string[] = []
    const note = (call: string) => (): void => void calls.push(call)
    const ask = api[name] as unknown as (args: object) => unknown
    const complete = (result: object): void => resolve({ calls: [...calls, 'complete'], result: result as Record<string, unknown> })
    const answer = ask({ ...args, success: note('success'), fail: note('fail'), complete })
    // A host in promise style answers twice; the callbacks are what is looked at here.
    if (answer instanceof Promise) answer.catch(() => undefined)
  })
}

/** A task of a request, as far as a host gives one. */
export interface HostTask {
  abort(): unknown
  onHeadersReceived?(listener: (head: Record<string, unknown>) => void): void
  offHeadersReceived?(listener?: (head: Record<string, unknown>) => void): void
  onChunkReceived?(listener: (chunk: { data: unknown }) => void): void
  offChunkReceived?(listener?: (chunk: { data: unknown }) => void): void
}

/** A request that was begun: its task, and its answer when there is one. */
export function beginRequest({ api }: Pick<HostFake, 'api'>, option: object): { task: HostTask; answer: Promise<HostAnswer>; calls: string[] } {
  const calls: string[] = []
  let task!: HostTask
  const answer = new Promise<HostAnswer>(resolve => {
    task = api.request({
      ...option,
      success: () => calls.push('success'),
      fail: () => calls.push('fail'),
      complete: (result: object) => resolve({ calls: [...calls, 'complete'], result: result as Record<string, unknown> }),
    }) as HostTask
  })
  if (task instanceof Promise) task.catch(() => undefined)
  return { task, answer, calls }
}
