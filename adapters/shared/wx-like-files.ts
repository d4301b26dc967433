import type { HostCallback, Platform, RequestHandlers, ResponseHead, Stop, UploadOptions } from '../../sdk/platform/platform.js'
import { callHost, callIfThere, hostMethod } from './call-host.js'
import type { HostQuirks, WxLike, WxLikeHost } from './quirks.js'
import { readHead } from './wx-like-request.js'

/** What a host does with files. A member that is missing means that it cannot. */
export type HostFiles = Pick<Platform, 'uploadFile' | 'readFile'>

/** How a host sends and reads files, if it does. */
export function filesOf(api: WxLikeHost | undefined, quirks: HostQuirks): HostFiles {
  const wx = { api: api!, quirks }
  return {
    uploadFile: hostMethod(api, 'uploadFile') && wxLikeUpload.bind(null, wx),
    readFile: hostMethod(api, 'getFileSystemManager') && wxLikeRead.bind(null, wx),
  }
}

function wxLikeUpload(wx: WxLike, options: UploadOptions, { onEnd, onFail }: RequestHandlers): Stop {
  const { url, headers, filePath, name, fields, timeoutMs } = options
  const { headerField, maxTimeoutMs, uploadFields } = wx.quirks
  let isOpen = true
  // An answer tells no headers on most hosts; the task of some does.
  let head: ResponseHead = { headers: {} }
  const timeout = Math.min(timeoutMs || Infinity, maxTimeoutMs || Infinity)
  const args = Object.assign(
    { url, filePath, name, formData: fields || {}, [headerField]: headers },
    timeout < Infinity && { timeout },
    uploadFields && uploadFields(filePath, name),
  )
  const task = callHost(wx, 'uploadFile', args, (failure, answer, raw) => {
    if (!isOpen) return
    isOpen = false
    const late = Object(answer || raw) as { data?: string }
    const { status, headers: told } = readHead(late)
    // Some report an HTTP error as a failure that carries the answer.
    if (failure && !status) onFail(failure)
    else onEnd({ status: status || head.status, headers: Object.assign({}, head.headers, told), body: late.data || '' })
  })
  callIfThere(task, 'onHeadersReceived', (answer: object) => void (head = readHead(answer)))
  return () => {
    const isRunning = isOpen
    isOpen = false
    // Alipay's takes an object.
    if (isRunning) callIfThere(task, 'abort', {})
  }
}

function wxLikeRead({ api, quirks }: WxLike, filePath: string, done: HostCallback<ArrayBuffer>): void {
  // Without an encoding a file comes as bytes.
  callHost({ api: callIfThere(api, 'getFileSystemManager') as WxLikeHost, quirks }, 'readFile', { filePath }, (failure, answer) => {
    const data = Object(answer).data as ArrayBuffer | string | undefined
    if (failure || (data && typeof data !== 'string')) done(failure, data as ArrayBuffer)
    else done({ reason: 'unknown', errMsg: 'readFile gave no bytes' })
  })
}
