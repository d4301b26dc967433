import type { Platform } from '../../sdk/platform/platform.js'
import type { WxLikeHost } from '../shared/quirks.js'
import { wxLikeSocket } from '../shared/wx-like-socket.js'
import { wechatQuirks } from './wechat-quirks.js'

/** A service in WeChat's cloud. */
export interface ContainerSocketOptions {
  /** The name of the service. */
  service: string
  /** `{ env }` and what else `wx.cloud` takes, where it is not what the app gave to `wx.cloud.init`. */
  config?: object
}

type Order = (what: unknown) => unknown
interface Cloud { connectContainer(options: object): void }

/**
 * Opens sockets to a gateway that runs in WeChat's own cloud: these need no entry in the app's list of domains. The app
 * calls `wx.cloud.init` before. Of the gateway's address only the path counts.
 *
 * @param host WeChat's API object, as it is given to `wechatPlatform`.
 * @example
 * const platform = wechatPlatform(wx, { openSocket: containerSocket(wx, { service: 'gateway' }) })
 */
export function containerSocket(host: WxLikeHost, { service, config }: ContainerSocketOptions): NonNullable<Platform['openSocket']> {
  const { cloud } = host as unknown as { cloud: Cloud }
  const connectSocket = ({ url, header, fail }: { url: string; header: object; fail: (error: unknown) => void }): object => {
    const { task, open } = pendingTask()
    const success = ({ socketTask }: { socketTask: Record<string, Order> }): void => open(socketTask)
    cloud.connectContainer({ service, config, path: url.replace(/^\w+:\/\/[^/]*/, ''), header, success, fail })
    return task
  }
  return (options, handlers) => wxLikeSocket({ api: { request() {}, connectSocket } as WxLikeHost, quirks: wechatQuirks }, options, handlers)
}

/** A SocketTask that comes later: what it is told until then is told again when it is there. */
function pendingTask(): { task: object; open(real: Record<string, Order>): void } {
  let real: Record<string, Order> | undefined
  const told: [name: string, what: unknown][] = []
  const task: Record<string, Order> = {}
  for (const name of ['onOpen', 'onMessage', 'onClose', 'onError', 'send', 'close']) {
    task[name] = (what) => (real ? real[name]!(what) : told.push([name, what]))
  }
  return {
    task,
    open(socketTask) {
      real = socketTask
      told.splice(0).forEach(([name, what]) => socketTask[name]!(what))
    },
  }
}
