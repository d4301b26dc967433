import { int, maximum, minimum, object, optional } from 'zod/mini'
import { createOnHost, deviceError, DIALOG_TIMEOUT_MS, hostFailure, unsupported, type DeviceToolOptions, type HostEntry, type HostTable } from './call-device.js'
import { defineTool } from '../agent/define-tool.js'
import type { CancelSignal } from '../contracts.js'
import { SampanError } from '../errors.js'
import type { Platform } from '../platform/platform.js'

export type { Cancelled, DeviceToolOptions } from './call-device.js'

interface RecorderArgs { maxSeconds?: number }
/** A recording that has ended: a file of the phone, by its temporary path. */
export interface Recording { filePath: string; durationMs?: number; sizeBytes?: number }

/** What an app may decide, and where it can hear the sound while it is being recorded. */
export interface RecorderOptions extends Omit<DeviceToolOptions<RecorderArgs>, 'description'> {
  /** Hears the recording piece by piece, as MP3: for speech recognition while the person speaks. Some hosts cannot. */
  onFrame?(frame: ArrayBuffer, isLast: boolean): void
  /** How many kilobytes a piece has. Default 4. */
  frameKb?: number
}

interface HostRecorder {
  start(options: object): void
  stop(): void
  onStart(listener: () => void): void
  onStop(listener: (result: { tempFilePath: string; duration?: number; fileSize?: number }) => void): void
  onError(listener: (error: unknown) => void): void
  onFrameRecorded?(listener: (frame: { frameBuffer: ArrayBuffer; isLastFrame: boolean }) => void): void
}
interface RecorderEntry extends HostEntry {
  /** Whether it is known to hand over frames. */
  readonly frames?: true
  /** The format to ask for. Absent: it takes none. */
  readonly format?: string
}

const api = 'getRecorderManager'
const plain = { api }
const wx: RecorderEntry = { api, frames: true, format: 'mp3' }

/** How hosts record. */
export const recorderHosts: HostTable<RecorderEntry> = {
  wechat: { api, scope: 'scope.record', frames: true, format: 'mp3' },
  alipay: { api, frames: true, format: 'mp3', reasons: { 10: 'denied' } },
  douyin: { api, scope: 'scope.record', frames: true },
  baidu: plain,
  qq: plain,
  jd: plain,
  kuaishou: plain,
  feishu: plain,
  taro: wx,
  uni: wx,
}

const CAPABILITY = 'recorder'

/**
 * Two tools that record what the microphone hears: one starts and asks, the other stops and gives the file. It ends by
 * itself after `maxSeconds` (default 60); the second tool then still gives the file.
 *
 * @privacy wechat 麦克风
 */
export function recorderTools(platform: Platform, options: RecorderOptions = {}) {
  const { approval = 'ask', timeoutMs = DIALOG_TIMEOUT_MS } = options
  const { start, stop } = createRecorder(platform, options)
  return [
    defineTool({
      name: 'startRecording',
      description: 'Starts to record sound with the microphone.',
      input: object({ maxSeconds: optional(int().check(minimum(1), maximum(600))) }),
      approval,
      replay: 'never',
      timeoutMs,
      execute: ({ maxSeconds = 60 }, { cancel }) => start(maxSeconds * 1000, cancel),
    }),
    defineTool({
      name: 'stopRecording',
      description: 'Stops the recording and gets its file.',
      replay: 'never',
      timeoutMs,
      execute: stop,
    }),
  ] as const
}

type State = 'starting' | 'abandoned' | 'recording' | undefined
interface Waiting<T> { resolve(value: T): void; reject(error: SampanError): void }

/** Turns the host's one recorder, which tells by events, into two calls. The app may use it too: its events are left alone. */
function createRecorder(platform: Platform, { onFrame, frameKb: frameSize = 4 }: RecorderOptions) {
  const entry = recorderHosts[platform.host.name]
  let host: HostRecorder | undefined
  let state: State
  let starting: Waiting<{ recording: true }>
  let stopping: Waiting<Recording> | undefined
  /** How the last one ended, for who asks after that. */
  let ended: Recording | SampanError | undefined

  const end = (outcome: Recording | SampanError): void => {
    const waiting = state === 'starting' ? starting : stopping
    if (state !== 'starting' && state !== 'recording') ended = undefined
    else if (!waiting) ended = outcome
    else if (outcome instanceof Error) waiting.reject(outcome)
    else if (stopping) stopping.resolve(outcome)
    else starting.reject(failed('it ended before it began'))
    state = stopping = undefined
  }
  const fail = (error: unknown): void => end(deviceError(platform, CAPABILITY, entry!, hostFailure(error)))
  const onStart = (): boolean => {
    const isOurs = state === 'starting'
    if (isOurs) {
      state = 'recording'
      starting.resolve({ recording: true })
    } else if (state === 'abandoned') {
      // Nobody waits for it any more: the microphone must not stay open.
      state = undefined
      host!.stop()
    }
    return isOurs
  }
  return {
    start: (duration: number, cancel: CancelSignal) => new Promise<{ recording: true }>((resolve, reject) => {
      if (onFrame && entry && !entry.frames) throw unsupported(platform, CAPABILITY, 'no frames')
      if (state && state !== 'abandoned') throw failed('a recording is under way: stop it first')
      host = host || listen(createOnHost(platform, CAPABILITY, entry), onStart, end, fail, onFrame)
      state = 'starting'
      starting = { resolve, reject }
      ended = undefined
      try {
        host.start(Object.assign({ duration }, entry!.format && { format: entry!.format }, onFrame && { frameSize }))
      } catch (thrown) {
        fail(thrown)
      }
      cancel.onCancel(() => {
        if (state === 'starting') state = 'abandoned'
      })
    }),
    stop: () => new Promise<Recording>((resolve, reject) => {
      const last = ended
      ended = undefined
      if (last instanceof Error) throw last
      if (last) return resolve(last)
      if (state !== 'recording') throw failed('nothing is being recorded')
      stopping = { resolve, reject }
      host!.stop()
    }),
  }
}

/** Hears a recorder, once for as long as the app lives: not every host can stop listening. */
function listen(host: HostRecorder, onStart: () => boolean, end: (outcome: Recording) => void, fail: (error: unknown) => void, onFrame: RecorderOptions['onFrame']): HostRecorder {
  let isOurs = false
  host.onStart(() => (isOurs = onStart()))
  host.onStop(({ tempFilePath, duration, fileSize }) => end({ filePath: tempFilePath, durationMs: duration, sizeBytes: fileSize }))
  host.onError(fail)
  if (onFrame && host.onFrameRecorded) {
    host.onFrameRecorded(({ frameBuffer, isLastFrame }) => {
      if (isOurs) onFrame(frameBuffer, isLastFrame)
      // The last one may come after the end, and the next recording need not be ours.
      isOurs = isOurs && !isLastFrame
    })
  }
  return host
}

const failed = (text: string): SampanError => new SampanError('agent/tool-failed', text)
