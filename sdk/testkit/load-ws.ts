import { createRequire } from 'node:module'
import type { WebSocket } from 'ws'

/**
 * The package `ws`, loaded when a fake opens its first socket: what only tests of sockets need is no dependency of a
 * package that goes on phones.
 *
 * @throws Error where it is not installed.
 */
export function loadWs(): typeof WebSocket {
  try {
    return (createRequire(import.meta.url)('ws') as { WebSocket: typeof WebSocket }).WebSocket
  } catch (cause) {
    throw new Error('Sockets of a fake are opened with the package "ws": install it beside your tests (npm i -D ws)', { cause })
  }
}
