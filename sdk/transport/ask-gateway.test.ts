import { lastValueFrom, of } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { askGateway } from './ask-gateway.js'
import type { Connection, StreamRequest } from './connect.js'
import { eraseUser } from './sign-out.js'
import { sendFeedback } from '../endpoints/feedback.js'
import { gatewayThreads } from '../endpoints/threads.js'
import { isSampanError } from '../errors.js'
import { memoryStorage } from '../testkit/fake-platform.js'

function answering(data: string, url = 'https://a.example') {
  const requests: StreamRequest[] = []
  const stored = new Map([['sampan/guest', 'g']])
  const open = (request: StreamRequest) => (requests.push(request), of({ data, event: '', id: undefined, encoded: false }))
  return { requests, stored, connection: { url, open, isGateway: true, platform: { storage: memoryStorage(stored) } } as unknown as Connection }
}

describe('a small question to a gateway', () => {
  it('goes below its root, and to one whose address ends in the version no deeper', async () => {
    for (const [url, path] of [['https://a.example', '/v1/x'], ['https://a.example/v1', '/x']]) {
      const { connection, requests } = answering('{"a":1}', url)
      expect(await lastValueFrom(askGateway<{ a: number }>(connection, '/x', undefined, 'a'))).toEqual({ a: 1 })
      expect(requests).toMatchObject([{ path, method: 'GET', framing: 'body' }])
    }
  })
  const strangers = ['<html>sign in to the hotel</html>', '', 'null', '{}', '{"ok":true}', '[]']
  it.each(strangers)('is not answered by %j', async data => {
    const { connection } = answering(data)
    const threads = gatewayThreads({ connection })
    const asked = [sendFeedback(connection, { threadId: 't', messageId: 'm', rating: 'up' }), threads.list(), threads.delete('t'), threads.read('t', 0)]
    for (const answer$ of asked as ReturnType<typeof threads.delete>[]) {
      const failed = await lastValueFrom(answer$).catch((error: unknown) => error)
      expect(isSampanError(failed, 'transport/not-a-stream')).toBe(true)
    }
  })
  it('to be erased, answered by somebody else, erases nothing on the phone', async () => {
    const { connection, stored } = answering('<html>sign in to the hotel</html>')
    await expect(eraseUser(connection)).rejects.toMatchObject({ code: 'transport/not-a-stream' })
    expect(stored.get('sampan/guest')).toBe('g')
  })
})
