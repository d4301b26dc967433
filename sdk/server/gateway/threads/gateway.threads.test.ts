import { expect, it } from 'vitest'
import { startClient } from '../__fixtures__/harness.js'
import { memoryThreadStore, type GatewayOptions } from '../index.js'

const auth: GatewayOptions['auth'] = {
  verifySignIn: ({ code }) => ({ userId: code!, ...(code === 'support' && { roles: ['support'] }) }),
}

async function start(options: GatewayOptions = {}) {
  const { gateway, post } = await startClient({ auth, threads: { readers: ['support'] }, ...options })
  const as = async (code: string) => {
    const { token } = (await (await post('/v1/sign-in', { host: 'wechat', code })).json()) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    const answer = async (response: Response): Promise<Record<string, any>> => ({ status: response.status, ...((await response.json()) as Record<string, any>) })
    return {
      get: async (path: string) => answer(await gateway.fetch(new Request(`http://gateway.test${path}`, { headers }))),
      post: async (path: string, body: unknown = {}) => answer(await post(path, body, headers)),
    }
  }
  return { as }
}
const body = { after: 0, from: 0, items: [{ text: '你好' }], format: 1, rest: { a: 1 } }

it('keeps a thread for its user: written, grown, listed, read, deleted', async () => {
  const anna = await (await start()).as('anna')
  expect(await anna.get('/v1/threads/barista')).toEqual({ status: 200, id: 'barista', version: 0 })
  const { version } = await anna.post('/v1/threads/barista', body)
  expect(await anna.get('/v1/threads/barista')).toMatchObject({ status: 200, id: 'barista', version, format: 1, items: [{ text: '你好' }], rest: { a: 1 } })
  const grown = await anna.post('/v1/threads/barista', { ...body, after: version, from: 1, items: [2] })
  expect(await anna.get(`/v1/threads/barista?known=${grown.version}`)).toEqual({ status: 200, id: 'barista', version: grown.version, at: expect.any(Number), isSame: true })
  expect((await anna.get(`/v1/threads/barista?known=${version}`)).items).toEqual([{ text: '你好' }, 2])
  expect((await anna.get('/v1/threads')).threads).toEqual([{ id: 'barista', version: grown.version, at: expect.any(Number), messages: 2, bytes: expect.any(Number) }])
  expect(await anna.post('/v1/threads/barista/delete')).toMatchObject({ isDeleted: true })
  expect((await anna.get('/v1/threads')).threads).toEqual([])
})

it('tells who follows an old version which one it is by now, and writes nothing', async () => {
  const anna = await (await start()).as('anna')
  const { version } = await anna.post('/v1/threads/t', body)
  expect(await anna.post('/v1/threads/t', { ...body, items: [] })).toEqual({ status: 200, version, isConflict: true })
  expect((await anna.get('/v1/threads/t')).items).toHaveLength(1)
})

it('shows another’s threads to a role that may read them, and to nobody else; nobody writes them', async () => {
  const { as } = await start()
  const [anna, bert, support] = [await as('anna'), await as('bert'), await as('support')]
  await anna.post('/v1/threads/t', body)
  expect([(await bert.get('/v1/threads/t')).version, (await bert.get('/v1/threads')).threads]).toEqual([0, []])
  for (const path of ['/v1/threads', '/v1/threads/t']) {
    expect(await bert.get(`${path}?user=anna`)).toMatchObject({ status: 403, error: { code: 'role_needed' } })
  }
  expect((await support.get('/v1/threads/t?user=anna')).items).toHaveLength(1)
  expect((await support.get('/v1/threads?user=anna')).threads).toHaveLength(1)
  await support.post('/v1/threads/t/delete?user=anna')
  expect((await anna.get('/v1/threads/t?user=anna')).items).toHaveLength(1)
})

it('erases the threads of a user with the rest', async () => {
  const { as } = await start()
  const [anna, bert] = [await as('anna'), await as('bert')]
  for (const user of [anna, bert]) await user.post('/v1/threads/t', body)
  await anna.post('/v1/me/erase')
  expect([(await anna.get('/v1/threads')).threads.length, (await bert.get('/v1/threads')).threads.length]).toEqual([0, 1])
})

it('refuses what was sent before its user was erased, and says how long ago that was to whom knows older things', async () => {
  let time = 1_000_000
  const { as } = await start({ now: () => time })
  const anna = await as('anna')
  const { version } = await anna.post('/v1/threads/t', body)
  time += 1000
  await anna.post('/v1/me/erase')
  time += 500
  const { version: erased } = await anna.get('/v1/threads/t')
  for (const after of [0, version]) expect(await anna.post('/v1/threads/t', { ...body, after })).toEqual({ status: 200, version: erased, isConflict: true })
  for (const known of [0, version]) expect(await anna.get(`/v1/threads/t?known=${known}`)).toEqual({ status: 200, id: 't', version: erased, erasedMs: 500 })
  expect(await anna.get(`/v1/threads/t?known=${erased}`)).toEqual({ status: 200, id: 't', version: erased })
  const written = await anna.post('/v1/threads/t', { ...body, after: erased })
  expect(written.isConflict).toBe(false)
  // Another phone, which did not ask in between.
  expect(await anna.get(`/v1/threads/t?known=${version}`)).toMatchObject({ version: written.version, erasedMs: 500, items: [{}] })
  expect(await anna.get(`/v1/threads/t?known=${erased}`)).not.toHaveProperty('erasedMs')
})

it('hands out nothing that is erased while it is being read', async () => {
  const store = memoryThreadStore()
  const { as } = await start({ threads: { store } })
  const anna = await as('anna')
  const { version } = await anna.post('/v1/threads/t', body)
  const { read } = store
  store.read = async key => {
    const found = await read(key)
    await store.erase('anna', 60_000)
    return found
  }
  for (const known of [0, version]) {
    expect(await anna.get(`/v1/threads/t?known=${known}`)).toEqual({ status: 200, id: 't', version: await store.erasedAt('anna'), erasedMs: expect.any(Number) })
    await store.write({ userId: 'anna', id: 't' }, { after: await store.erasedAt('anna'), from: 0, items: ['1'], rest: '{}', ttlMs: 60_000, maxThreads: 9, maxBytes: 9_000 })
  }
})

it('refuses what is too much, wrong, or without a token', async () => {
  const { as } = await start({ limits: { threadCallsPerMinute: 8 }, threads: { maxThreadsPerUser: 1, maxBytesPerThread: 500 } })
  const anna = await as('anna')
  await anna.post('/v1/threads/t', body)
  expect(await anna.post('/v1/threads/u', body)).toMatchObject({ status: 413, error: { code: 'threads_full' } })
  expect(await anna.post('/v1/threads/t', { ...body, items: ['x'.repeat(600)] })).toMatchObject({ status: 413, error: { code: 'body_too_large' } })
  for (const wrong of [{ ...body, after: -1 }, { ...body, from: '0' }, { ...body, items: {} }]) {
    expect(await anna.post('/v1/threads/t', wrong)).toMatchObject({ status: 400, error: { code: 'invalid_request' } })
  }
  expect(await anna.get(`/v1/threads/${'x'.repeat(201)}`)).toMatchObject({ status: 400 })
  expect((await anna.get('/v1/threads')).status).toBe(200)
  expect(await anna.get('/v1/threads')).toMatchObject({ status: 429, error: { code: 'rate_limited' } })
  const { gateway } = await startClient({})
  expect((await gateway.fetch(new Request('http://gateway.test/v1/threads'))).status).toBe(401)
})
