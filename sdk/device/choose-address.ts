import { callDevice, DIALOG_TIMEOUT_MS, type Cancelled, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

/** A delivery address the person chose. */
export interface Address {
  name: string
  phone: string
  province: string
  city: string
  district: string
  detail: string
}

// uni-app answers with empty fields where the person of an Alipay app chose none.
const read = ({ userName, telNumber, provinceName, cityName, countyName, detailInfo }: any): Address | Cancelled =>
  userName || detailInfo
    ? { name: userName, phone: telNumber, province: provinceName, city: cityName, district: countyName, detail: detailInfo }
    : { cancelled: true }
const wx = { api: 'chooseAddress', result: read }

/** How hosts let a person choose an address. */
export const chooseAddressHosts: HostTable<HostCall<unknown, Address>> = {
  wechat: wx,
  douyin: { api: 'chooseAddress', scope: 'scope.address', result: read },
  alipay: {
    api: 'getAddress',
    result: ({ resultStatus, result: chosen }) => {
      if (resultStatus === '6001' || !chosen) return { cancelled: true }
      const { fullname, mobilePhone, prov, city, area, street, address } = chosen
      return { name: fullname, phone: mobilePhone, province: prov, city, district: area, detail: (street || '') + address }
    },
  },
  taro: wx,
  uni: wx,
}

/**
 * A tool that opens the host's address book, in which the person chooses or writes a delivery address. The model sees
 * name, phone and address: it asks, and runs inside the approving tap. WeChat also wants the API opened in the console of
 * the mini-program.
 *
 * @privacy wechat 地址
 * @appJson wechat `requiredPrivateInfos: ["chooseAddress"]`
 */
export function chooseAddressTool(platform: Platform, options: DeviceToolOptions = {}) {
  const { approval = 'ask', description = 'Lets the person choose a delivery address.', timeoutMs = DIALOG_TIMEOUT_MS } = options
  return defineTool({
    name: 'chooseAddress',
    description,
    approval,
    requiresGesture: true,
    timeoutMs,
    execute: args => callDevice(platform, 'choose-address', chooseAddressHosts, args),
  })
}
