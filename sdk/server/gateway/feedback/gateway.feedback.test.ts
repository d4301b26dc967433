import { expect, it } from 'vitest'
import { startClient } from '../__fixtures__/harness.js'
import type { GatewayOptions } from '../index.js'

const auth: GatewayOptions['auth'] = { verifySignIn: ({ code }) => ({ userId: code!, ...(code === 'tuner' && { roles: ['tuning'] }) }) }

async function start() {
  let time = 1000
  const { gateway, post } = await startClient({ auth, feedback: { readers: ['tuning'] }, now: () => ++time })
  const as = async (code: string) => {
    const { token } = (await (await post('/v1/sign-in', { host: 'wechat', code })).json()) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    const send = async (path: string, body: unknown) => {
      const response = await post(path, body, headers)
      const answer: Record<string, any> = { status: response.status, ...((await response.json()) as object) }
      return answer
    }
    return { send, get: (path: string) => gateway.fetch(new Request(`http://gateway.test${path}`, { headers })) }
  }
  return { as, post }
}
const feedback = { threadId: 't', messageId: 'm', rating: 'down', runId: 'r', correction: '应该是大杯', labels: ['wrong'], other: 1 }

it('keeps what a user thinks, and gives all of it to a role that may read it, a line each', async () => {
  const { as } = await start()
  const [anna, bert, tuner] = [await as('anna'), await as('bert'), await as('tuner')]
  expect(await anna.send('/v1/feedback', feedback)).toEqual({ status: 200, isKept: true })
  await bert.send('/v1/feedback', { threadId: 't', messageId: 'm', rating: 'up' })
  const response = await tuner.get('/v1/feedback.jsonl')
  expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
  const lines = (await response.text()).trimEnd().split('\n').map(line => JSON.parse(line))
  const { other: _, ...kept } = feedback
  expect(lines).toEqual([{ ...kept, userId: 'anna', at: expect.any(Number) }, { threadId: 't', messageId: 'm', rating: 'up', userId: 'bert', at: expect.any(Number) }])
  expect((await (await tuner.get(`/v1/feedback.jsonl?since=${lines[1].at}`)).text()).split('\n')).toHaveLength(2)
  expect((await (await tuner.get('/v1/feedback.jsonl?limit=1')).text())).toContain('anna')
  expect((await anna.get('/v1/feedback.jsonl')).status).toBe(403)
})

it('forgets one that is taken back, and all of a user who is erased', async () => {
  const { as } = await start()
  const [anna, tuner] = [await as('anna'), await as('tuner')]
  await anna.send('/v1/feedback', feedback)
  expect(await anna.send('/v1/feedback', { ...feedback, rating: 'none' })).toEqual({ status: 200, isKept: false })
  expect(await (await tuner.get('/v1/feedback.jsonl')).text()).toBe('')
  await anna.send('/v1/feedback', feedback)
  await anna.send('/v1/me/erase', {})
  expect(await (await tuner.get('/v1/feedback.jsonl')).text()).toBe('')
})

it('keeps nothing that was sent before its user was erased, and says how to send what was given after', async () => {
  const { as } = await start()
  const [anna, tuner] = [await as('anna'), await as('tuner')]
  await anna.send('/v1/me/erase', {})
  const late = await anna.send('/v1/feedback', feedback)
  expect(late).toEqual({ status: 200, isKept: false, erasedAt: expect.any(Number), erasedMs: expect.any(Number) })
  expect(late.erasedMs).toBeGreaterThan(0)
  expect(await (await tuner.get('/v1/feedback.jsonl')).text()).toBe('')
  expect(await anna.send('/v1/feedback', { ...feedback, after: late.erasedAt })).toEqual({ status: 200, isKept: true })
  await anna.send('/v1/me/erase', {})
  expect(await anna.send('/v1/feedback', { ...feedback, after: late.erasedAt })).toMatchObject({ isKept: false })
  expect(await (await tuner.get('/v1/feedback.jsonl')).text()).toBe('')
  expect(await anna.send('/v1/feedback', { ...feedback, rating: 'none' })).toEqual({ status: 200, isKept: false })
})

it.each<[string, Record<string, unknown>]>([
  ['after', { after: -1 }], ['after', { after: '7' }],
  ['rating', { rating: 'great' }], ['threadId', { threadId: '' }], ['messageId', { messageId: 7 }], ['runId', { runId: {} }],
  ['correction', { correction: 'x'.repeat(10_001) }], ['labels', { labels: ['x'.repeat(65)] }],
])('refuses a wrong %s', async (field, wrong) => {
  const anna = await (await start()).as('anna')
  const answer = await anna.send('/v1/feedback', { ...feedback, ...wrong })
  expect(answer).toMatchObject({ status: 400, error: { code: 'invalid_request', message: expect.stringContaining(`\`${field}\``) } })
})

it('takes none without a token, and no senseless page', async () => {
  const { as, post } = await start()
  expect((await post('/v1/feedback', feedback)).status).toBe(401)
  const tuner = await as('tuner')
  for (const query of ['since=x', 'limit=0', 'limit=1000000']) expect((await tuner.get(`/v1/feedback.jsonl?${query}`)).status).toBe(400)
})
