import { array, enum as oneOf, maxLength, minLength, object } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

/** What may be asked for. */
export interface SubscribeMessageOptions<Topic extends string> extends DeviceToolOptions<{ topics: Topic[] }> {
  /** The template id of each topic, as this host issued it. The model knows the topics, not the ids. */
  topics: Readonly<Record<Topic, string>>
}
/** What the person wants to hear of. */
export interface Subscribed<Topic extends string> { accepted: Topic[]; rejected: Topic[] }

type Ids = readonly string[]

// `acceptWithAudio` and its like are yes too.
const wx: HostCall<Ids, Ids> = {
  api: 'requestSubscribeMessage',
  args: tmplIds => ({ tmplIds }),
  result: (answer, ids) => ids.filter(id => /^accept/.test(answer[id])),
}

/** How hosts ask whether they may send messages. */
export const subscribeMessageHosts: HostTable<HostCall<Ids, Ids>> = {
  wechat: wx,
  douyin: wx,
  alipay: {
    api: 'requestSubscribeMessage',
    args: entityIds => ({ entityIds }),
    result: ({ behavior, result }, ids) => (result && result.subscribedEntityIds) || (behavior === 'subscribe' ? ids : []),
  },
  taro: wx,
  uni: wx,
}

/**
 * A tool that asks the person whether the app may send messages later. Hosts open it only after a tap: it always asks,
 * and runs inside the approving tap. At most three topics a call.
 *
 * @example
 * subscribeMessageTool(platform, { topics: { orderReady: 'the template id from the console' } })
 */
export function subscribeMessageTool<Topic extends string>(platform: Platform, options: SubscribeMessageOptions<Topic>) {
  const { topics, approval = 'ask', description = 'Asks the person whether they want to be told about these topics later.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'subscribeMessage',
    description,
    input: object({ topics: array(oneOf(Object.keys(topics) as Topic[])).check(minLength(1), maxLength(3)) }),
    approval,
    requiresGesture: true,
    timeoutMs,
    execute: ({ topics: wanted }) =>
      callDevice(platform, 'subscribe-message', subscribeMessageHosts, wanted.map(topic => topics[topic])).then(answer => {
        if ('cancelled' in answer) return answer
        const isIn = (topic: Topic): boolean => answer.indexOf(topics[topic]) >= 0
        return { accepted: wanted.filter(isIn), rejected: wanted.filter(topic => !isIn(topic)) } as Subscribed<Topic>
      }),
  })
}
