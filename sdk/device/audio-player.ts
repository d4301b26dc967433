import { object, string } from 'zod/mini'
import { createOnHost, deviceError, hostFailure, type DeviceToolOptions, type HostEntry, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import { SampanError } from '../errors.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface AudioArgs { src: string }
interface HostPlayer {
  src: string
  play(): void
  stop(): void
  onPlay(listener: () => void): void
  onError(listener: (error: unknown) => void): void
}

const wx = { api: 'createInnerAudioContext' }

/** How hosts play sound. */
export const audioPlayerHosts: HostTable<HostEntry> = { wechat: wx, alipay: wx, douyin: wx, taro: wx, uni: wx }

const CAPABILITY = 'audio-player'
/** A minute: a slow network, and no dialog of the host. */
const LOAD_TIMEOUT_MS = 60_000

/**
 * Two tools that play a sound, one at a time, and stop it. Playing an address calls a server the model named, so it asks;
 * an app that knows its own says so: `approval: ({ src }) => (isOurs(src) ? 'allow' : 'ask')`.
 */
export function audioPlayerTools(platform: Platform, options: Omit<DeviceToolOptions<AudioArgs>, 'description'> = {}) {
  const { approval = 'ask', timeoutMs = LOAD_TIMEOUT_MS } = options
  let player: HostPlayer | undefined
  let waiting: { resolve(value: { playing: true }): void; reject(error: SampanError): void } | undefined
  const settle = (error?: SampanError): void => {
    if (waiting && error) waiting.reject(error)
    else if (waiting) waiting.resolve({ playing: true })
    waiting = undefined
  }
  const interrupted = (): SampanError => new SampanError('agent/tool-failed', 'it was stopped before it began to play')
  const create = (): HostPlayer => {
    const entry = audioPlayerHosts[platform.host.name]
    const made = createOnHost<HostPlayer>(platform, CAPABILITY, entry)
    made.onPlay(() => settle())
    made.onError(error => settle(deviceError(platform, CAPABILITY, entry!, hostFailure(error))))
    return made
  }
  const stop = (): { stopped: true } => {
    settle(interrupted())
    if (player) player.stop()
    return { stopped: true }
  }
  return [
    defineTool({
      name: 'playAudio',
      description: 'Plays a sound, by its address or file path.',
      input: object({ src: string() }),
      approval,
      replay: 'never',
      timeoutMs,
      execute: ({ src }, { cancel }) => new Promise<{ playing: true }>((resolve, reject) => {
        settle(interrupted())
        player = player || create()
        waiting = { resolve, reject }
        player.src = src
        player.play()
        cancel.onCancel(stop)
      }),
    }),
    defineTool({ name: 'stopAudio', description: 'Stops the sound.', replay: 'idempotent', timeoutMs, execute: stop }),
  ] as const
}
