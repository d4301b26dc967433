import { describe, expect, it } from 'vitest'
import { deviceOn, execute } from './__fixtures__/devices.js'
import { audioPlayerHosts, audioPlayerTools } from './audio-player.js'
import { createCancel } from '../context/cancel.js'

function toolsOn(host: string) {
  const log: string[] = []
  const on: Record<string, (value?: unknown) => void> = {}
  const made: string[] = []
  const player = {
    src: '',
    play: () => void log.push('play ' + player.src),
    stop: () => void log.push('stop'),
    onPlay: (listener: () => void) => void (on.play = listener),
    onError: (listener: (error: unknown) => void) => void (on.error = listener),
  }
  const [play, stop] = audioPlayerTools(deviceOn(host, {}, { create: api => (made.push(api), player) }))
  return { log, on, made, playTool: play, play: (src: string, source = createCancel()) => execute(play, { src }, source.signal), stop: () => execute(stop) }
}

describe('audioPlayerTools', () => {
  it.each(Object.entries(audioPlayerHosts))('play and stop on %s, with one player', async (host, entry) => {
    const { play, stop, on, log, made } = toolsOn(host)
    for (const src of ['https://a/1.mp3', 'https://a/2.mp3']) {
      const playing = play(src)
      on.play!()
      expect(await playing).toEqual({ playing: true })
    }
    expect(await stop()).toEqual({ stopped: true })
    expect(log).toEqual(['play https://a/1.mp3', 'play https://a/2.mp3', 'stop'])
    expect(made).toEqual([entry!.api])
  })
  it('ask, since the model names a server', () => {
    expect(toolsOn('wechat').playTool).toMatchObject({ approval: 'ask', replay: 'never' })
  })
  it('tell why a sound does not play', async () => {
    const { play, on } = toolsOn('wechat')
    const playing = play('https://a/none.mp3')
    on.error!({ errMsg: 'not found', errCode: 10002 })
    await expect(playing).rejects.toMatchObject({ code: 'platform/failed', message: 'audio-player failed on wechat (not found)' })
  })
  it('end a call whose sound is stopped, or replaced, before it plays', async () => {
    const { play, stop, on } = toolsOn('wechat')
    const first = play('https://a/1.mp3')
    const second = play('https://a/2.mp3')
    await expect(first).rejects.toThrow('stopped before')
    await stop()
    await expect(second).rejects.toThrow('stopped before')
    on.play!()
  })
  it('stop the sound when the run is cancelled', async () => {
    const { play, log } = toolsOn('wechat')
    const source = createCancel()
    const playing = play('https://a/1.mp3', source)
    source.cancel()
    await expect(playing).rejects.toThrow('stopped before')
    expect(log.at(-1)).toBe('stop')
  })
  it('name host and capability where there is no player', async () => {
    const [play, stop] = audioPlayerTools(deviceOn('baidu'))
    await expect(execute(play, { src: 'x' })).rejects.toMatchObject({ code: 'platform/unsupported', message: 'audio-player is not supported on baidu' })
    expect(await execute(stop)).toEqual({ stopped: true })
  })
})
