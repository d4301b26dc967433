import { expect, it } from 'vitest'
import { deviceOn, describeOnHosts, execute } from './__fixtures__/devices.js'
import { shareFileHosts, shareFileTool } from './share-file.js'

const args = { filePath: 'tmp://a.pdf', fileName: '账单.pdf' }

describeOnHosts('shareFileTool', shareFileHosts, platform => shareFileTool(platform), {
  wechat: { args, asks: ['shareFileMessage', args], answers: {}, result: { shared: true } },
})

it('leaves the name to the host where the model gives none', async () => {
  const device = deviceOn('wechat')
  await execute(shareFileTool(device), { filePath: 'tmp://a.pdf' })
  expect(device.asked).toEqual([['shareFileMessage', { filePath: 'tmp://a.pdf' }]])
})
it('asks, and runs inside the tap', () => {
  expect(shareFileTool(deviceOn('wechat'))).toMatchObject({ approval: 'ask', requiresGesture: true })
})
