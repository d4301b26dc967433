import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, type HostCase } from './__fixtures__/devices.js'
import { saveFileTool, saveImageHosts, saveVideoHosts } from './save-file.js'

const result = { saved: true }
const filePath = 'tmp://menu.png'
const image: HostCase = { args: { filePath, kind: 'image' }, asks: ['saveImageToPhotosAlbum', { filePath }], answers: {}, result }
const video: HostCase = { args: { filePath, kind: 'video' }, asks: ['saveVideoToPhotosAlbum', { filePath }], answers: {}, result }

describeOnHosts('saveFileTool for pictures', saveImageHosts, platform => saveFileTool(platform), { wechat: image, douyin: image, alipay: image, taro: image, uni: image })
describeOnHosts('saveFileTool for videos', saveVideoHosts, platform => saveFileTool(platform), {
  wechat: video,
  douyin: video,
  alipay: { ...video, asks: ['saveVideoToPhotosAlbum', { src: filePath }] },
  taro: video,
  uni: video,
})

it('asks', () => {
  expect(saveFileTool(deviceOn('wechat')).approval).toBe('ask')
})
