import { EventEmitter } from 'eventemitter3'
import type { ThreadEvents } from './thread.js'
import type { Stop } from '../platform/platform.js'

/** The callback side of a thread. The only file that knows the emitter library. */
export interface ThreadEmitter {
  on<Name extends keyof ThreadEvents>(name: Name, listener: ThreadEvents[Name]): Stop
  emit<Name extends keyof ThreadEvents>(name: Name, value: Parameters<ThreadEvents[Name]>[0]): void
  /** Whether anyone listens: the caller need not make what nobody hears. */
  has(name: keyof ThreadEvents): boolean
}

export function createEmitter(): ThreadEmitter {
  const emitter = new EventEmitter()
  return {
    on(name, listener) {
      emitter.on(name, listener as (...args: unknown[]) => void)
      return () => void emitter.off(name, listener as (...args: unknown[]) => void)
    },
    emit: (name, value) => void emitter.emit(name, value),
    has: name => emitter.listenerCount(name) > 0,
  }
}
