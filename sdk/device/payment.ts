import { object, string } from 'zod/mini'
import { callDevice, type DeviceToolOptions, type HostCall, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import { SampanError } from '../errors.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface PaymentArgs { orderId: string }
/** What this host's payment API takes, made and signed by your server. */
type HostPayment = Record<string, unknown>

/** How an order is paid. */
export interface PaymentOptions extends Omit<DeviceToolOptions<PaymentArgs>, 'approval'> {
  /**
   * What this host's payment API takes for an order. It is called inside the tap, so it must have it at hand: let the
   * tool that creates an order keep what your server signed. It never passes through the model.
   */
  paymentOf(orderId: string): HostPayment | undefined
  /** Refuses an order before the person is asked: `args => ({ deny: 'why' })`. It always asks otherwise. */
  approval?: (args: PaymentArgs) => 'ask' | { deny: string }
}
/** What the host says of a payment. Only your server knows: `unknown` means that the host does not say. */
export interface Payment { status: 'paid' | 'unpaid' | 'unknown' }

const asIs = (payment: HostPayment): HostPayment => payment
const paid = (): Payment => ({ status: 'paid' })
const unknown = (): Payment => ({ status: 'unknown' })
/** Half an hour: a payment that is still being typed must not count as failed. */
const PAYMENT_TIMEOUT_MS = 1_800_000

/** How hosts take payments. */
export const paymentHosts: HostTable<HostCall<HostPayment, Payment>> = {
  wechat: { api: 'requestPayment', args: asIs, result: paid },
  alipay: {
    api: 'tradePay',
    args: asIs,
    result({ resultCode }) {
      const code = Number(resultCode)
      return code === 6001 ? { cancelled: true } : { status: code === 9000 ? 'paid' : code === 4000 ? 'unpaid' : 'unknown' }
    },
  },
  douyin: {
    api: 'pay',
    // Its `success` says that the checkout opened; the code says how it went.
    args: payment => Object.assign({ service: 5 }, payment),
    result: ({ code }) => (code === 4 ? { cancelled: true } : { status: code === 0 ? 'paid' : code > 0 && code < 4 ? 'unpaid' : 'unknown' }),
  },
  baidu: { api: 'requestPolymerPayment', args: asIs, result: unknown },
  // Versions without the first have the second (uni-app's source).
  kuaishou: {
    api: 'pay',
    args: payment => Object.assign({ serviceId: '1' }, payment),
    result: unknown,
    otherwise: { api: 'requestPayment', args: asIs, result: unknown },
  },
  xiaohongshu: { api: 'requestGuaranteeOrderPayment', args: asIs, result: unknown },
  taro: { api: 'requestPayment', args: asIs, result: unknown },
  uni: { api: 'requestPayment', args: asIs, result: unknown },
}

/**
 * A tool that opens the host's checkout for an order. It always asks, runs inside the approving tap, and is never run
 * a second time. The model knows the id of the order and nothing of the money: the host shows what is paid.
 *
 * @example
 * const orders = new Map<string, Record<string, unknown>>()   // filled by the tool that creates orders
 * paymentTool(platform, { paymentOf: orderId => orders.get(orderId) })
 */
export function paymentTool(platform: Platform, options: PaymentOptions) {
  const { paymentOf, approval = 'ask', description = 'Lets the person pay an order that was created before.', timeoutMs = PAYMENT_TIMEOUT_MS } = options
  return defineTool({
    name: 'pay',
    description,
    input: object({ orderId: string() }),
    approval,
    replay: 'never',
    requiresGesture: true,
    timeoutMs,
    execute({ orderId }) {
      const payment = paymentOf(orderId)
      if (!payment) throw new SampanError('agent/tool-failed', 'there is nothing to pay for order ' + orderId + '. Create it first.')
      return callDevice(platform, 'payment', paymentHosts, payment)
    },
  })
}
