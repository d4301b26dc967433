import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute, type HostCase } from './__fixtures__/devices.js'
import { chooseImageHosts, chooseMediaTool, chooseVideoHosts } from './choose-media.js'

const image: HostCase = {
  args: { kind: 'image', source: 'camera', count: 2 },
  asks: ['chooseMedia', { count: 2, mediaType: ['image'], sourceType: ['camera'] }],
  answers: { type: 'image', tempFiles: [{ tempFilePath: 'tmp://1.jpg', size: 9, fileType: 'image' }] },
  result: { files: [{ path: 'tmp://1.jpg', sizeBytes: 9 }] },
}
const video: HostCase = {
  args: { kind: 'video' },
  asks: ['chooseMedia', { count: 1, mediaType: ['video'], sourceType: ['album', 'camera'] }],
  answers: { type: 'video', tempFiles: [{ tempFilePath: 'tmp://1.mp4', size: 99, duration: 3 }] },
  result: { files: [{ path: 'tmp://1.mp4', sizeBytes: 99 }] },
}

describeOnHosts('chooseMediaTool for pictures', chooseImageHosts, platform => chooseMediaTool(platform), {
  wechat: image,
  douyin: image,
  alipay: {
    args: { kind: 'image', count: 3 },
    asks: ['chooseImage', { count: 3, sourceType: ['album', 'camera'] }],
    answers: { apFilePaths: ['https://resource/1.image'] },
    result: { files: [{ path: 'https://resource/1.image' }] },
  },
  taro: image,
  uni: image,
})
describeOnHosts('chooseMediaTool for videos', chooseVideoHosts, platform => chooseMediaTool(platform), { wechat: video, douyin: video, taro: video, uni: video })

it('knows the number by which Alipay says that the person cancelled', async () => {
  const alipay = deviceOn('alipay', { failure: { reason: 'unknown', errMsg: '用户取消操作', errno: 11 } })
  expect(await execute(chooseMediaTool(alipay), { kind: 'image' })).toEqual({ cancelled: true })
  await expect(execute(chooseMediaTool(alipay), { kind: 'video' })).rejects.toThrow(/choose-media: video is not supported on alipay/)
})
it('takes one to nine files, inside a tap', () => {
  const tool = chooseMediaTool(deviceOn('wechat'))
  expect(tool).toMatchObject({ approval: 'ask', requiresGesture: true })
  expect([0, 1, 9, 10].map(count => tool.validate({ kind: 'image', count }).ok)).toEqual([false, true, true, false])
})
