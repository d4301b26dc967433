import type { HostSignal, Stop } from '../../sdk/platform/platform.js'
import { callIfThere } from './call-host.js'
import type { WxLikeHost } from './quirks.js'

const EVENTS: Record<string, HostSignal> = {
  AppShow: 'show',
  AppHide: 'hide',
  NetworkStatusChange: 'online',
  MemoryWarning: 'memory-warning',
}

/**
 * Listens to what a wx-like host tells the app. Privacy authorisation is not among it, on purpose: the last listener
 * registered for that wins, so a library that registers one would take the app's own away.
 */
export function wxLikeSignals(api: WxLikeHost, listener: (signal: HostSignal) => void): Stop {
  let isOn = true
  const stops = Object.keys(EVENTS).map((name) => {
    // A function of its own, as `off` without one takes away the listeners of the whole app.
    const heard = (result: { isConnected?: boolean }): void => {
      if (isOn) listener(Object(result).isConnected === false ? 'offline' : EVENTS[name]!)
    }
    callIfThere(api, 'on' + name, heard)
    return () => callIfThere(api, 'off' + name, heard)
  })
  return () => {
    isOn = false
    stops.forEach((stop) => stop())
  }
}
