import { boolean, object, optional } from 'zod/mini'
import { callDevice, DIALOG_TIMEOUT_MS, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface LocationArgs { precise?: boolean }
/** Where the phone is. */
export interface Location {
  latitude: number
  longitude: number
  /** Radius in metres, where the host tells. */
  accuracyM?: number
  /** `gcj02` is what Chinese maps use. Unknown where a framework stands between us and the host. */
  coordinates: 'gcj02' | 'unknown'
}

const asks = ({ precise }: LocationArgs): Record<string, unknown> => ({ type: 'gcj02', isHighAccuracy: !!precise })
// Alipay gives numbers as text.
const located = (coordinates: Location['coordinates']) => ({ latitude, longitude, accuracy }: any): Location =>
  ({ latitude: +latitude, longitude: +longitude, accuracyM: accuracy === undefined ? undefined : +accuracy, coordinates })
const inGcj02 = /* @__PURE__ */ located('gcj02')
const unknown = /* @__PURE__ */ located('unknown')
const wx = { api: 'getLocation', scope: 'scope.userLocation', args: asks, result: inGcj02 }
const framework = { api: 'getLocation', args: asks, result: unknown }

/** How hosts are asked where the phone is. */
export const locationHosts: HostTable<HostCall<LocationArgs, Location>> = {
  wechat: wx,
  douyin: wx,
  alipay: { api: 'getLocation', result: unknown, reasons: { 11: 'denied', 14: 'timeout', 2001: 'denied', 2002: 'denied', 2003: 'denied' } },
  taro: framework,
  uni: framework,
}

/**
 * A tool that tells the model where the phone is. It is personal data that leaves the phone: it asks. WeChat also wants
 * the API opened in the console of the mini-program.
 *
 * @privacy wechat 位置信息
 * @appJson wechat `requiredPrivateInfos: ["getLocation"]`, `permission["scope.userLocation"]`
 * @example
 * const agent = createAgent({ model, tools: [locationTool(platform)] })
 */
export function locationTool(platform: Platform, options: DeviceToolOptions<LocationArgs> = {}) {
  const { approval = 'ask', description = 'Gets where the person is now.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'getLocation',
    description,
    input: object({ precise: optional(boolean()) }),
    approval,
    replay: 'idempotent',
    timeoutMs,
    execute: args => callDevice(platform, 'location', locationHosts, args),
  })
}
