import { lastValueFrom } from 'rxjs'
import { expect, it, onTestFinished } from 'vitest'
import { sendFeedback } from './feedback.js'
import { nodePlatform } from '../../adapters/node/index.js'
import { isSampanError } from '../errors.js'
import { memoryFeedbackStore, serveGateway } from '../server/gateway/index.js'
import { connect } from '../transport/connect.js'

async function gatewayAt(path = '') {
  const store = memoryFeedbackStore()
  const served = await serveGateway({ port: 0, feedback: { store } })
  onTestFinished(() => served.close())
  return { store, connection: connect({ platform: nodePlatform(), url: served.url.replace(/\/$/, '') + path }) }
}

it.each(['', '/v1'])('reaches a gateway at its root or at %j, once it is subscribed to', async path => {
  const { store, connection } = await gatewayAt(path)
  const sending = sendFeedback(connection, { threadId: 't', messageId: 'm', rating: 'down', correction: '大杯' })
  expect(await store.list(0, 9)).toEqual([])
  await lastValueFrom(sending)
  expect(await store.list(0, 9)).toEqual([expect.objectContaining({ threadId: 't', messageId: 'm', rating: 'down', correction: '大杯' })])
})

it('fails where the gateway refuses it', async () => {
  const { connection } = await gatewayAt()
  const failed = await lastValueFrom(sendFeedback(connection, { threadId: '', messageId: 'm', rating: 'up' })).catch((error: unknown) => error)
  expect(isSampanError(failed, 'transport/http')).toBe(true)
})
