import { EventEmitter } from 'eventemitter3'
import type { ThreadEvents } from './thread.js'
import type { Stop } from '../platform/platform.js'

type Name = keyof ThreadEvents

/** The callback side of a thread. */
export interface ThreadEmitter {
  on<N extends Name>(name: N, listener: ThreadEvents[N]): unknown
  off<N extends Name>(name: N, listener: ThreadEvents[N]): unknown
  emit<N extends Name>(name: N, value: Parameters<ThreadEvents[N]>[0]): unknown
}

/** Makes an emitter. The only file that knows the library. */
export function createEmitter(): ThreadEmitter {
  return new EventEmitter()
}

/** Calls the listener until it is stopped. */
export function listen<N extends Name>(emitter: ThreadEmitter, name: N, listener: ThreadEvents[N]): Stop {
  emitter.on(name, listener)
  return () => void emitter.off(name, listener)
}
