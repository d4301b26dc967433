import { intercepted, promised, type Interceptor, type Task } from './interceptors.js'
import { socketTask } from './socket-task.js'

// What `@tarojs/taro` exports, on a host and without one: as much of it as an adapter may touch, with its traps.

interface Call { success?(answer: object): void; fail?(error: object): void; key?: string; data?: unknown; url?: string }
export type TaroStub = { request(options: object): unknown } & Record<string, unknown>

/** `Taro` in a mini-program: a layer over the host's object, which it names. */
export function createTaroOnHost(host: { request(options: object): unknown }, interceptors: Interceptor[] = []): TaroStub {
  return { getEnv: () => 'WEAPP', miniGlobal: host, request: intercepted(promised((options) => host.request(options)), interceptors) as TaroStub['request'] }
}

/** Answers by callback and by promise, whose failure nobody may be waiting for. */
function answers(name: string, work: (call: Call) => object | Promise<object>) {
  return async (call: Call = {}): Promise<object> => {
    try {
      const answer = { errMsg: `${name}:ok`, ...(await work(call)) }
      call.success?.(answer)
      return answer
    } catch (error) {
      const failure = { errMsg: (error as Error).message }
      call.fail?.(failure)
      throw failure
    }
  }
}

/** On React Native a synchronous API that is not supported logs, and returns an Error instead of throwing it. */
const unsupportedSync = (name: string) => () => new Error(`RN 端暂不支持 API ${name}`)

/** `Taro` on React Native: `fetch` to the end of a body, headers as `fetch` has them, and storage that is asynchronous only. */
export function createTaroOnRn(interceptors: Interceptor[] = []): TaroStub {
  const connected = new Set<(state: { isConnected: boolean }) => void>()
  return {
    ...asyncStorage('getStorage:fail data not found'),
    getEnv: () => 'RN',
    request: intercepted(rnRequest, interceptors) as TaroStub['request'],
    uploadFile: formUpload,
    setStorageSync: unsupportedSync('setStorageSync'),
    getStorageSync: unsupportedSync('getStorageSync'),
    getStorageInfoSync: unsupportedSync('getStorageInfoSync'),
    getSystemInfoSync: () => ({ platform: 'ios', SDKVersion: null }),
    getAppBaseInfo: () => ({ SDKVersion: null }),
    getUserProfile: () => Promise.reject(new Error('RN 端暂不支持 API getUserProfile')),
    // There is no such event here; asking for it fails later.
    onMemoryWarning: () => Promise.reject(new Error('RN 端暂不支持 API onMemoryWarning')),
    offMemoryWarning: () => Promise.reject(new Error('RN 端暂不支持 API offMemoryWarning')),
    onNetworkStatusChange: (heard: (state: { isConnected: boolean }) => void) => void connected.add(heard),
    offNetworkStatusChange: (heard: (state: { isConnected: boolean }) => void) => void connected.delete(heard),
    setConnected: (isConnected: boolean) => connected.forEach((heard) => heard({ isConnected })),
    connectSocket: ({ url, success }: Call) => {
      const task = socketTask(url!)
      success?.({ errMsg: 'connectSocket:ok' })
      return Promise.resolve(task)
    },
  }
}

/** `Taro` in a browser: of the same kind, and what of it streams is the page's. */
export const createTaroOnH5 = (): TaroStub => ({ ...createTaroOnRn(), getEnv: () => 'WEB' })

/** `Taro` on HarmonyOS by ArkTS: `json` is parsed where it is asked for, a task tells headers, storage is asynchronous. */
export function createTaroOnArkTs(): TaroStub {
  return {
    ...asyncStorage('getStorage:fail'),
    getEnv: () => 'HARMONY',
    uploadFile: formUpload,
    request: (options: object) => Object.assign(rnRequest(options, (response) => Object.fromEntries(response.headers)), { onHeadersReceived() {} }),
  }
}

interface Upload extends Call { filePath: string; name: string; header?: Record<string, string>; formData?: Record<string, string> }

/** Sends a file as a form, and gives a task that is a promise too. A file is what an address gives here. */
function formUpload(options: Upload): Task {
  const { url = '', filePath, name, header, formData = {} } = options
  const controller = new AbortController()
  const send = async (): Promise<object> => {
    const body = new FormData()
    for (const [field, text] of Object.entries(formData)) body.append(field, text)
    body.append(name, await (await fetch(filePath)).blob(), 'memo')
    const response = await fetch(url, { method: 'POST', headers: header, body, signal: controller.signal })
    return { statusCode: response.status, data: await response.text() }
  }
  return Object.assign(answers('uploadFile', send)(options) as Task, { abort: () => controller.abort() })
}

function asyncStorage(missing: string) {
  const entries = new Map<string, string>()
  return {
    setStorage: answers('setStorage', ({ key, data }) => (entries.set(key!, JSON.stringify(data)), {})),
    getStorage: answers('getStorage', ({ key }) => {
      if (!entries.has(key!)) throw new Error(missing)
      return { data: JSON.parse(entries.get(key!)!) as unknown }
    }),
    removeStorage: answers('removeStorage', ({ key }) => (entries.delete(key!), {})),
    getStorageInfo: answers('getStorageInfo', () => ({ keys: [...entries.keys()] })),
  }
}

type RnOptions = { url?: string; method?: string; header?: Record<string, string>; data?: string; dataType?: string; responseType?: string; timeout?: number } & Call

function rnRequest(options: RnOptions, headersOf: (response: Response) => unknown = ({ headers }) => headers): Task {
  const { url = '', method = 'GET', header, data, dataType = 'json', responseType, timeout = 60_000 } = options
  const controller = new AbortController()
  const read = async (): Promise<object> => {
    const isGet = method === 'GET'
    const response = await fetch(isGet ? url + (url.includes('?') ? '&' : '?') : url, { method, headers: header, signal: controller.signal, ...(!isGet && { body: data }) })
    const body: unknown = dataType === 'json' ? await response.json() : responseType === 'arraybuffer' ? await response.arrayBuffer() : await response.text()
    return { statusCode: response.status, header: headersOf(response), data: body }
  }
  const late = (): Promise<never> => new Promise((_resolve, reject) => {
    // Never cleared, as in the original; it must not hold up the end of a test.
    setTimeout(() => (controller.abort(), reject(new Error('request:fail timeout'))), timeout).unref()
  })
  const task = answers('request', () => Promise.race([read(), late()]))(options) as Task
  return Object.assign(task, { abort: () => controller.abort() })
}
