import type { HostFailure, Platform, Socket, SocketHandlers } from '../../sdk/platform/platform.js'
import { callHost, callIfThere, hostMethod } from './call-host.js'
import { classifyFailure } from './classify-failure.js'
import type { HostQuirks, WxLike, WxLikeHost } from './quirks.js'

/** Where to. */
interface SocketOptions { url: string; headers: Record<string, string> }

/** What a host says about a socket: a message, or why it was closed. */
interface Report { data: ArrayBuffer | string; code?: number | string; reason?: string }

/**
 * Opens a socket of a wx-like host. After its close or its failure, and after a close of ours, nothing is reported. Where a
 * host gives no SocketTask, nothing is ever reported: whoever opens one sets a time for it anyway.
 */
export function wxLikeSocket(wx: WxLike, { url, headers }: SocketOptions, handlers: SocketHandlers): Socket {
  let isOver = false
  const fail = (failure: HostFailure | null): void => {
    if (isOver || !failure) return
    isOver = true
    handlers.onFail(failure)
  }
  const task = callHost(wx, 'connectSocket', { url, header: headers }, fail)
  const on = (event: string, heard: (report: Report) => void): unknown =>
    callIfThere(task, 'on' + event, (report: unknown) => isOver || heard(Object(report)))
  const order = (name: string, what: object): unknown => callHost({ api: task as WxLikeHost, quirks: wx.quirks }, name, what, fail)

  on('Open', () => handlers.onOpen())
  on('Message', ({ data }) => handlers.onMessage(data))
  on('Close', ({ code, reason }) => {
    isOver = true
    // Some give the code as text, some none at all.
    handlers.onClose(+code! || 1005, reason || '')
  })
  on('Error', (error) => fail(classifyFailure(error, wx.quirks, '')))
  return {
    send: (data) => void order('send', { data }),
    close(code = 1000) {
      isOver = true
      order('close', { code })
    },
  }
}

/** How a host opens sockets, if it does. */
export function socketOf(api: WxLikeHost | undefined, quirks: HostQuirks): Platform['openSocket'] {
  return hostMethod(api, 'connectSocket') && wxLikeSocket.bind(null, { api: api!, quirks })
}
