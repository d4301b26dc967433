import { callIfThere, hostMethod } from '../shared/call-host.js'
import type { WxLikeHost } from '../shared/quirks.js'

type Callback = (answer: unknown) => void

/** What a call of a framework is given, and answers. */
interface Call { success: Callback; fail: Callback }
interface Answer { header?: { forEach?(each: (value: string, name: string) => void): void } }

// What answers by callback and by promise. Some answer by promise alone: an API the target lacks, an interceptor that
// asks nobody.
const CALLS = ['request', 'getStorage', 'setStorage', 'removeStorage', 'getStorageInfo', 'uploadFile']
// What tells the app something. One that the target lacks may answer with a promise that fails.
const LISTENERS = ['AppShow', 'AppHide', 'NetworkStatusChange', 'MemoryWarning']

/**
 * A framework's own API as the object of a wx-like host: `Taro` or `uni`, where no host stands behind it. It straightens
 * what differs; all else is the framework's.
 *
 * @param name one more API that is to answer whichever way the framework does.
 */
export function frameworkApi(framework: WxLikeHost, name = ''): WxLikeHost {
  // Not a copy: some frameworks make their members when they are asked for.
  const api = Object.create(framework) as WxLikeHost & Record<string, unknown>
  const replace = (name: string, make: (method: (...args: unknown[]) => unknown) => unknown): void => {
    const method = hostMethod(framework, name)
    if (method) api[name] = make(method)
  }
  for (const each of [...CALLS, name]) replace(each, settled)
  for (const event of LISTENERS) {
    for (const each of ['on' + event, 'off' + event]) replace(each, (method) => (listener: unknown) => callIfThere(method(listener), 'then', null, () => {}))
  }
  replace('connectSocket', (method) => (options: unknown) => socketTask(method(options)))
  return api
}

/** A call that calls back whether the framework does or answers by a promise. Twice is once: who calls it heeds the first. */
function settled(method: (options: object) => unknown): (options: Call) => unknown {
  return (options) => {
    const success = (answer: unknown): void => options.success(withPlainHeaders(answer as Answer))
    const task = method(Object.assign({}, options, { success }))
    callIfThere(task, 'then', success, options.fail)
    return task
  }
}

/** On React Native the headers are those of `fetch`, and no plain object. */
function withPlainHeaders(answer: Answer): unknown {
  const { header } = Object(answer) as Answer
  if (!hostMethod(header, 'forEach')) return answer
  const plain: Record<string, string> = {}
  header!.forEach!((value, name) => (plain[name] = value))
  return Object.assign({}, answer, { header: plain })
}

/** The task of a socket, where the framework answers with a promise of it. What is asked of it before that waits. */
function socketTask(made: unknown): unknown {
  if (!hostMethod(made, 'then')) return made
  const whenMade = (name: string) => (argument: unknown): void => {
    callIfThere(made, 'then', (task: unknown) => callIfThere(task, name, argument), () => {})
  }
  const task: Record<string, unknown> = {}
  for (const name of ['onOpen', 'onMessage', 'onClose', 'onError', 'send', 'close']) task[name] = whenMade(name)
  return task
}
