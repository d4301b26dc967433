import { firstValueFrom, lastValueFrom, Observable, of, Subject } from 'rxjs'
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

describe('to be erased', () => {
  /** A gateway whose answers are given by hand. */
  function waiting() {
    const { connection, stored } = answering('')
    const asked: { path: string; answer$: Subject<{ data: string }> }[] = []
    const open = ({ path }: StreamRequest) => new Observable(subscriber => {
      const answer$ = new Subject<{ data: string }>()
      asked.push({ path, answer$ })
      return answer$.subscribe(subscriber)
    })
    const answer = (index: number, value: object): void => {
      asked[index]!.answer$.next({ data: JSON.stringify(value) })
      asked[index]!.answer$.complete()
    }
    return { connection: { ...connection, open } as unknown as Connection, stored, answer, paths: () => asked.map(({ path }) => path) }
  }
  const change = { after: 0, from: 0, items: [], format: 1, rest: {} }
  const settled = () => new Promise<void>(resolve => void setImmediate(resolve))

  it('is asked for when copies and feedback on their way have arrived, and none begins before its end', async () => {
    const { connection, stored, answer, paths } = waiting()
    const threads = gatewayThreads({ connection })
    threads.write('t', change).subscribe()
    const left = sendFeedback(connection, { threadId: 't', messageId: 'm', rating: 'up' }).subscribe()
    const erased = eraseUser(connection)
    const late = () => firstValueFrom(threads.write('t', change)).catch((error: unknown) => error)
    await settled()
    expect(paths()).toEqual(['/v1/threads/t', '/v1/feedback'])
    expect(isSampanError(await late(), 'transport/failed')).toBe(true)
    answer(0, { version: 1 })
    await settled()
    expect(paths()).toHaveLength(2)
    left.unsubscribe()
    await settled()
    expect(paths().slice(2)).toEqual(['/v1/me/erase'])
    expect(isSampanError(await late(), 'transport/failed')).toBe(true)
    answer(2, { isErased: true })
    await erased
    expect([paths().length, stored.has('sampan/guest')]).toEqual([3, false])
    void threads.write('t', change).subscribe()
    expect(paths()).toHaveLength(4)
  })
  it('and failing lets copies begin again', async () => {
    const { connection, answer, paths } = waiting()
    const erased = eraseUser(connection)
    await settled()
    answer(0, {})
    await expect(erased).rejects.toMatchObject({ code: 'transport/not-a-stream' })
    gatewayThreads({ connection }).write('t', change).subscribe()
    expect(paths()).toEqual(['/v1/me/erase', '/v1/threads/t'])
  })
})
