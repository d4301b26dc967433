import { socketTask } from './socket-task.js'

// What uni-app gives to an app, with a host behind it and without one.

interface Options { success?(answer: object): void; fail?(error: object): void; complete?(answer: object): void }
type HostRequest = (options: object) => unknown
type Listener = (chunk: { data: ArrayBuffer | Uint8Array }) => void
export type UniStub = { request(options: object): unknown } & Record<string, unknown>

/** The `wx` that uni-app puts in the place of WeChat's: the functions it finds, and a few objects. */
export function replacedWx(wx: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(wx).filter(([name, member]) => typeof member === 'function' || ['env', 'cloud'].includes(name)))
}

/** A task comes back where a callback was given, and else a promise. */
function uniRequest(start: HostRequest) {
  return (options: Options & object): unknown => {
    if (options.success || options.fail || options.complete) return start(options)
    return new Promise((success, fail) => start({ ...options, success, fail }))
  }
}

/** `uni` in Alipay: errors get WeChat's text and lose their number. */
export function createUniOnAlipay(my: { request: HostRequest }): UniStub {
  return {
    request: uniRequest((options) => {
      const { fail } = options as Options
      return my.request({ ...options, fail: ({ errorMessage }: { errorMessage?: string }) => fail?.({ errMsg: `request:fail ${errorMessage ?? ''}` }) })
    }),
  }
}

/**
 * `uni` in an app, over the network, storage and sockets of the machine. Its requests stream where `chunk` says in what
 * form; without it their tasks cannot listen to chunks.
 */
export function createUniInApp(host: Record<string, unknown>, chunk?: 'ArrayBuffer' | 'Uint8Array'): UniStub {
  const start: HostRequest = (options) => {
    const { onChunkReceived, ...task } = (host.request as HostRequest)(options) as { onChunkReceived(listener: Listener): void }
    if (!chunk) return task
    const listen = (listener: Listener) => onChunkReceived(({ data }) => listener({ data: chunk === 'Uint8Array' ? new Uint8Array(data) : data }))
    return { ...task, onChunkReceived: listen }
  }
  const names = ['setStorage', 'getStorage', 'removeStorage', 'getStorageInfo', 'onAppShow', 'offAppShow', 'onAppHide', 'offAppHide',
    'onNetworkStatusChange', 'offNetworkStatusChange', 'onMemoryWarning', 'offMemoryWarning', 'uploadFile']
  return {
    ...Object.fromEntries(names.map((name) => [name, host[name]])),
    request: uniRequest(start),
    // Which provider signs in is the app's affair; without one it fails.
    login: ({ fail }: Options) => fail?.({ errMsg: 'login:fail provider is missing' }),
    connectSocket: ({ url }: { url: string }) => socketTask(url),
  }
}
