import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute, type HostCase } from './__fixtures__/devices.js'
import { openDocumentHosts, openDocumentTool } from './open-document.js'

const filePath = 'tmp://invoice.pdf'
const args = { filePath, kind: 'pdf' }
const plain: HostCase = { args, asks: ['openDocument', { filePath, fileType: 'pdf' }], answers: {}, result: { opened: true } }
const wx: HostCase = { ...plain, asks: ['openDocument', { showMenu: true, filePath, fileType: 'pdf' }] }

describeOnHosts('openDocumentTool', openDocumentHosts, platform => openDocumentTool(platform), {
  wechat: wx, alipay: plain, douyin: plain, baidu: plain, qq: plain, feishu: plain, harmony: plain, taro: wx, uni: wx,
})

it('leaves the kind to the host where the model does not know it', async () => {
  const device = deviceOn('douyin')
  await execute(openDocumentTool(device), { filePath })
  expect(device.asked).toEqual([['openDocument', { filePath }]])
})
it('asks, and may show a document again after a crash', () => {
  expect(openDocumentTool(deviceOn('wechat'))).toMatchObject({ approval: 'ask', replay: 'idempotent' })
})
