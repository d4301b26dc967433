import { lastValueFrom } from 'rxjs'
import { expect, it, onTestFinished, vi } from 'vitest'
import { sendFeedback } from './feedback.js'
import { nodePlatform } from '../../adapters/node/index.js'
import { isSampanError } from '../errors.js'
import { memoryFeedbackStore, serveGateway } from '../server/gateway/index.js'
import { connect, type Connection } from '../transport/connect.js'

async function gatewayAt(path = '', now = Date.now) {
  const store = memoryFeedbackStore({ now })
  const served = await serveGateway({ port: 0, feedback: { store }, now })
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

it('is kept when it is given after its user was erased, and not when it was given before and comes late', async () => {
  let ahead = 0
  const { store, connection } = await gatewayAt('', () => Date.now() + ahead)
  const give = (messageId: string) => lastValueFrom(sendFeedback(connection, { threadId: 't', messageId, rating: 'up' }))
  const kept = async () => (await store.list(0, 9)).map(({ messageId }) => messageId)
  const eraseAll = async () => {
    for (const userId of new Set((await store.list(0, 9)).map(kept => kept.userId))) await store.erase(userId, 3_600_000)
  }
  await give('before')
  await eraseAll()
  expect(await kept()).toEqual([])
  ahead = 60_000
  await give('after')
  expect(await kept()).toEqual(['after'])
  // Another phone of the same user erases them while this one's feedback is on its way.
  const { request } = connection.platform
  const held: (() => void)[] = []
  const slow: Connection = connect({ url: connection.url, platform: { ...connection.platform, request: (options, handlers) => {
    if (!options.url.endsWith('/feedback') || held.length) return request(options, handlers)
    held.push(() => void request(options, handlers))
    return () => {}
  } } })
  const late = lastValueFrom(sendFeedback(slow, { threadId: 't', messageId: 'late', rating: 'up' }))
  await vi.waitUntil(() => held.length)
  await eraseAll()
  held[0]!()
  await late
  expect(await kept()).toEqual([])
})

it('fails where the gateway refuses it', async () => {
  const { connection } = await gatewayAt()
  const failed = await lastValueFrom(sendFeedback(connection, { threadId: '', messageId: 'm', rating: 'up' })).catch((error: unknown) => error)
  expect(isSampanError(failed, 'transport/http')).toBe(true)
})
