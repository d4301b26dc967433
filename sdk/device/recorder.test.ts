import { describe, expect, it } from 'vitest'
import { deviceOn, execute } from './__fixtures__/devices.js'
import { recorderHosts, recorderTools, type RecorderOptions } from './recorder.js'
import { createCancel } from '../context/cancel.js'

/** A recorder of a host, in the test's hands. */
function recorderOf({ hasFrames = true } = {}) {
  const log: unknown[] = []
  const on: Record<string, (value?: unknown) => void> = {}
  const hear = (name: string) => (listener: (value?: any) => void): void => {
    if (on[name]) throw new Error(`${name} is listened to twice`)
    on[name] = listener
  }
  const manager = {
    start: (options: object) => void log.push(options),
    stop: () => void log.push('stop'),
    onStart: hear('start'),
    onStop: hear('stop'),
    onError: hear('error'),
    ...(hasFrames && { onFrameRecorded: hear('frame') }),
  }
  return { manager, log, on }
}

function toolsOn(host: string, options: RecorderOptions = {}) {
  const recorder = recorderOf()
  const made: string[] = []
  const platform = deviceOn(host, {}, { create: api => (made.push(api), recorder.manager) })
  const [start, stop] = recorderTools(platform, options)
  return { ...recorder, made, startTool: start, start: (args?: object, source = createCancel()) => execute(start, args, source.signal), stop: () => execute(stop) }
}

const file = { tempFilePath: 'tmp://1.mp3', duration: 2000, fileSize: 99 }
const recording = { filePath: 'tmp://1.mp3', durationMs: 2000, sizeBytes: 99 }

describe('recorderTools', () => {
  it.each(Object.entries(recorderHosts))('start and stop on %s', async (host, entry) => {
    const { start, stop, on, log, made } = toolsOn(host)
    const started = start({ maxSeconds: 5 })
    expect(made).toEqual([entry!.api])
    on.start!()
    expect(await started).toEqual({ recording: true })
    const stopped = stop()
    on.stop!(file)
    expect(await stopped).toEqual(recording)
    expect(log).toEqual([entry!.format ? { duration: 5000, format: entry!.format } : { duration: 5000 }, 'stop'])
  })
  it('ask before the microphone opens', () => {
    expect(toolsOn('wechat').startTool).toMatchObject({ approval: 'ask', replay: 'never' })
  })
  it('give the file of a recording that ended by itself', async () => {
    const { start, stop, on, log } = toolsOn('wechat')
    void start()
    on.start!()
    on.stop!(file)
    expect(await stop()).toEqual(recording)
    expect(log).toEqual([{ duration: 60_000, format: 'mp3' }])
    await expect(stop()).rejects.toThrow('nothing is being recorded')
  })
  it('listen once, however often they record', async () => {
    const { start, stop, on } = toolsOn('wechat')
    for (let round = 0; round < 2; round++) {
      void start()
      on.start!()
      const stopped = stop()
      on.stop!(file)
      expect(await stopped).toEqual(recording)
    }
  })
  it('refuse to start while they record', async () => {
    const { start, on } = toolsOn('wechat')
    void start()
    await expect(start()).rejects.toThrow('under way')
    on.start!()
    await expect(start()).rejects.toThrow('under way')
  })
  it('close the microphone where nobody waits for it any more', async () => {
    const { start, stop, on, log } = toolsOn('wechat')
    const source = createCancel()
    void start({}, source)
    source.cancel()
    on.start!()
    expect(log.at(-1)).toBe('stop')
    on.stop!(file)
    await expect(stop()).rejects.toThrow('nothing is being recorded')
  })
  it('can start again after a start that was given up', async () => {
    const { start, on, log } = toolsOn('wechat')
    const source = createCancel()
    void start({}, source)
    source.cancel()
    const again = start()
    on.start!()
    expect(await again).toEqual({ recording: true })
    expect(log).not.toContain('stop')
  })
  it('leave recordings of the app alone', async () => {
    const heard: unknown[] = []
    const { start, stop, on } = toolsOn('wechat', { onFrame: frame => heard.push(frame) })
    void start()
    on.start!()
    on.frame!({ frameBuffer: 'ours', isLastFrame: true })
    void stop()
    on.stop!(file)
    on.start!()
    on.frame!({ frameBuffer: 'theirs', isLastFrame: false })
    on.stop!(file)
    expect(heard).toEqual(['ours'])
    await expect(stop()).rejects.toThrow('nothing is being recorded')
  })
})

describe('failures of a recorder', () => {
  it('say what to open where the microphone is not allowed', async () => {
    const wechat = toolsOn('wechat')
    const started = wechat.start()
    wechat.on.error!({ errMsg: 'operateRecorder:fail auth deny' })
    await expect(started).rejects.toMatchObject({ code: 'platform/denied', message: expect.stringContaining('can allow scope.record in the settings') })
    const alipay = toolsOn('alipay')
    const begun = alipay.start()
    alipay.on.error!({ error: 10, errorMessage: '获取权限失败' })
    await expect(begun).rejects.toThrow(/not allowed/)
  })
  it('reach whoever asks next, once', async () => {
    const { start, stop, on } = toolsOn('alipay')
    void start()
    on.start!()
    on.error!({ error: 1001, errorMessage: 'Record canceled by page pause.' })
    await expect(stop()).rejects.toThrow('page pause')
    await expect(stop()).rejects.toThrow('nothing is being recorded')
  })
  it('include what the host throws, and an end before the start', async () => {
    const thrown = toolsOn('wechat')
    thrown.manager.start = () => {
      throw new Error('busy')
    }
    await expect(thrown.start()).rejects.toMatchObject({ code: 'platform/failed', message: expect.stringContaining('busy') })
    const early = toolsOn('wechat')
    const started = early.start()
    early.on.stop!(file)
    await expect(started).rejects.toThrow('ended before it began')
  })
  it('name host and capability where there is no recorder', async () => {
    const [start] = recorderTools(deviceOn('nokia', {}, { create: () => ({}) }))
    await expect(execute(start)).rejects.toMatchObject({ code: 'platform/unsupported', message: 'recorder is not supported on nokia' })
    const [older] = recorderTools(deviceOn('wechat'))
    await expect(execute(older)).rejects.toMatchObject({ code: 'platform/unsupported' })
  })
})

describe('frames', () => {
  it('are asked for by their size, and heard until the last, which may come after the end', async () => {
    const heard: unknown[] = []
    const { start, stop, on, log } = toolsOn('douyin', { onFrame: (frame, isLast) => heard.push([frame, isLast]), frameKb: 8 })
    void start()
    on.start!()
    on.frame!({ frameBuffer: 'a', isLastFrame: false })
    void stop()
    on.stop!(file)
    on.frame!({ frameBuffer: 'b', isLastFrame: true })
    expect(log[0]).toEqual({ duration: 60_000, frameSize: 8 })
    expect(heard).toEqual([['a', false], ['b', true]])
  })
  it('are unsupported where no host is known to give them, and nothing is recorded', async () => {
    const { start, log } = toolsOn('baidu', { onFrame: () => {} })
    await expect(start()).rejects.toThrow('recorder is not supported on baidu (no frames)')
    expect(log).toEqual([])
  })
})
