import type { Platform, Stop } from '../platform/platform.js'

/** Knows whether the app was away since a request last gave a sign of life. */
export interface HidingWatch {
  readonly wasHidden: boolean
  /** Something of the request arrived. */
  alive(): void
  stop: Stop
}

/**
 * Listens for the app being hidden. A hidden app is frozen or cut off after some seconds, and what a host says of a
 * request it has cut, if it says anything, is often a timeout or nothing more than that it failed.
 */
export function watchHiding(platform: Platform): HidingWatch {
  let isHidden = false
  let wasHidden = false
  const stop = platform.onSignal(signal => {
    if (signal === 'hide') isHidden = wasHidden = true
    if (signal === 'show') isHidden = false
  })
  return {
    get wasHidden() {
      return wasHidden
    },
    alive() {
      wasHidden = isHidden
    },
    stop,
  }
}
