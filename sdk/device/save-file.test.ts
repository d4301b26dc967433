import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, type HostCase } from './__fixtures__/devices.js'
import { keepFileHosts, saveFileTool, saveImageHosts, saveVideoHosts } from './save-file.js'

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

const kept: HostCase = {
  args: { filePath: 'tmp://a.pdf', kind: 'file' },
  asks: ['saveFile', { tempFilePath: 'tmp://a.pdf' }],
  answers: { savedFilePath: 'store://a.pdf' },
  result: { saved: true, path: 'store://a.pdf' },
}

describeOnHosts('saveFileTool for any other file', keepFileHosts, platform => saveFileTool(platform), {
  wechat: kept,
  alipay: { ...kept, asks: ['saveFile', { apFilePath: 'tmp://a.pdf', filePath: 'tmp://a.pdf' }], answers: { apFilePath: 'store://a.pdf' } },
  douyin: kept,
  baidu: kept,
  qq: kept,
  feishu: kept,
  taro: kept,
  uni: kept,
})

it('asks', () => {
  expect(saveFileTool(deviceOn('wechat')).approval).toBe('ask')
})
