// Taro's layer over the `request` of a host or of its own: a promise that also calls back, behind a chain of interceptors.

type Options = { success?(answer: unknown): void; fail?(error: unknown): void; timeout?: number } & Record<string, unknown>
/** A promise that carries the methods of a request task. */
export type Task = Promise<unknown> & { abort?(): void; onChunkReceived?(heard: unknown): void }

/** What an interceptor is handed: the request, and the rest of the chain. */
export interface Chain { requestParams: Options; proceed(params: Options): Task }
export type Interceptor = (chain: Chain) => Task

const TASK_METHODS = ['abort', 'onHeadersReceived', 'offHeadersReceived', 'onChunkReceived', 'offChunkReceived'] as const

/** Makes a promise of a host's `request`, which keeps the methods the host's task has. */
export function promised(request: (options: object) => unknown) {
  return (options: Options): Task => {
    let task: unknown
    const promise = new Promise((resolve, reject) => {
      task = request({
        ...options,
        success: (answer: unknown) => (options.success?.(answer), resolve(answer)),
        fail: (error: unknown) => (options.fail?.(error), reject(error)),
      })
    }) as Task
    const methods = Object(task) as Record<string, Function>
    for (const name of TASK_METHODS) if (name in methods) Object.assign(promise, { [name]: methods[name]!.bind(task) })
    return promise
  }
}

/** `request` behind interceptors: each hands on the own methods of the promise it returned, and no others. */
export function intercepted(request: (options: Options) => Task, interceptors: readonly Interceptor[]) {
  const proceed = (at: number, requestParams: Options): Task => {
    const returned = at === interceptors.length
      ? request(requestParams)
      : interceptors[at]!({ requestParams, proceed: (params) => proceed(at + 1, params) })
    return Object.assign(returned.then((answer) => answer), ownMethods(returned))
  }
  return (options: Options): Task => proceed(0, { ...options })
}

const ownMethods = (task: Task): object => Object.fromEntries(Object.entries(task).filter(([, member]) => typeof member === 'function'))

/** Interceptors as apps write them, and Taro's own one for a timeout. */
export const INTERCEPTORS: Record<string, Interceptor> = {
  'one that hands on': (chain) => chain.proceed(chain.requestParams),
  'one with .then': (chain) => chain.proceed(chain.requestParams).then((answer) => answer),
  'an async one': async (chain) => await chain.proceed(chain.requestParams),
  'the timeout one': (chain) => {
    const { requestParams } = chain
    let inner: Task | undefined
    const outer = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('网络链接超时,请稍后再试！')), requestParams.timeout || 60_000)
      inner = chain.proceed(requestParams)
      inner.then(resolve, reject).finally(() => clearTimeout(timer))
    })
    return Object.assign(outer, inner?.abort && { abort: inner.abort })
  },
}
