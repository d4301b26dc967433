import { createHostFake, type HostApi, type HostFake } from './host-fakes/host-fake.js'
import type { HostBugs, HostFakeOptions } from './host-fakes/host-fake-options.js'

/** Bugs of real WeChat clients, as switches. */
export type WxBugs = HostBugs

/** How the fake is set up. */
export type WxFakeOptions = HostFakeOptions

/** A `wx`, and the hands that move the phone it runs on. */
export interface WxFake extends Omit<HostFake, 'api' | 'navigate'> {
  readonly wx: HostApi
}

/**
 * A `wx` for unit tests and for the realm: WeChat's shapes, texts and limits, over real HTTP. It is
 * `createHostFake('wechat')` under the name the host has.
 *
 * @example
 * const { wx } = createWxFake({ cuts: [1, 2, 3], bugs: { macNaNStatus: true } })
 */
export function createWxFake(options: WxFakeOptions = {}): WxFake {
  const fake = createHostFake('wechat', options)
  // The same object, so that what it counts goes on counting.
  return Object.defineProperty(fake, 'wx', { value: fake.api, enumerable: true }) as HostFake & WxFake
}
