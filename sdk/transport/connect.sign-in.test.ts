import { describe, expect, test } from 'vitest'
import { connect, type ConnectOptions } from './connect.js'
import { answer, bytes, hear, send, watchedHost, type WatchedHost } from './__fixtures__/watched-host.js'

const URL = 'https://ai.example.com'
const chat = { path: '/chat/completions', body: { a: 1 } }
const join = (host: WatchedHost, options: Partial<ConnectOptions> = {}) => connect({ platform: host, url: URL, clock: host.clock, ...options })
const paths = (host: WatchedHost): string[] => host.requests.map(({ options }) => options.url.replace(URL, ''))
const tokens = (host: WatchedHost): (string | undefined)[] => host.requests.map(({ options }) => options.headers.authorization)
const refuse = (host: WatchedHost, index: number, status = 401): void =>
  answer(host.requests[index]!, { error: { message: 'no', code: 'token_expired' } }, status)

describe('signing in', () => {
  test('sends the host\'s code, then the request with the token', () => {
    const host = watchedHost({ signsIn: true })
    const heard = hear(join(host).open(chat))
    expect(host.requests).toEqual([])
    host.logins[0]!(null, { code: 'c-1' })
    expect(host.last.options).toMatchObject({ url: URL + '/v1/sign-in', method: 'POST', stream: false })
    expect(JSON.parse(host.last.options.body!)).toMatchObject({ host: 'fake', code: 'c-1' })
    answer(host.last, { token: 't-1', expiresAt: 1, userId: 'u' })
    expect(host.last.options).toMatchObject({
      url: URL + '/chat/completions',
      stream: true,
      body: '{"a":1}',
      headers: { authorization: 'Bearer t-1', accept: 'text/event-stream', 'content-type': 'application/json' },
    })
    send(host.last, bytes('data: x\n\n'))
    host.last.handlers.onEnd({ status: 200, headers: {} })
    expect(heard).toMatchObject({ values: [{ data: 'x' }], isEnded: true })
  })
  test('signs a guest in where the host has no code, and remembers him', () => {
    const host = watchedHost()
    hear(join(host).open(chat))
    const { guest } = JSON.parse(host.last.options.body!) as { guest: string }
    expect(guest).toMatch(/^guest-\w{8,}$/)
    expect(host.stored.get('sampan/guest')).toBe(guest)
    const later = watchedHost({ stored: host.stored })
    hear(join(later).open(chat))
    expect(JSON.parse(later.last.options.body!)).toEqual({ host: 'fake', guest })
  })
  test('names the guest beside the code, for a gateway that cannot check codes', () => {
    const host = watchedHost({ signsIn: true })
    const later = watchedHost({ signsIn: true, stored: host.stored })
    const bodies = [host, later].map(each => {
      hear(join(each).open(chat))
      each.logins[0]!(null, { code: 'c' })
      return JSON.parse(each.last.options.body!)
    })
    const guest = host.stored.get('sampan/guest')
    expect(guest).toMatch(/^guest-\w{8,}$/)
    expect(bodies).toEqual(Array(2).fill({ host: 'fake', code: 'c', guest }))
  })
  test('finds the sign-in of an address that ends in the API\'s version or a slash', () => {
    const host = watchedHost()
    hear(join(host, { url: URL + '/v1/' }).open(chat))
    answer(host.last, { token: 't' })
    expect(paths(host)).toEqual(['/v1/sign-in', '/v1/chat/completions'])
  })
  test('runs one sign-in for many requests, and none for later ones', () => {
    const host = watchedHost({ signsIn: true })
    const gateway = join(host)
    hear(gateway.open(chat))
    hear(gateway.open(chat))
    expect(host.logins).toHaveLength(1)
    host.logins[0]!(null, { code: 'c' })
    answer(host.requests[0]!, { token: 't' })
    hear(gateway.open(chat))
    expect(paths(host)).toEqual(['/v1/sign-in', ...Array(3).fill('/chat/completions')])
  })
  test('asks nothing of the gateway for a login that nobody wants any more', () => {
    const host = watchedHost({ signsIn: true })
    const gateway = join(host)
    hear(gateway.open(chat)).leave()
    const heard = hear(gateway.open(chat))
    const [unwanted, mine] = [...host.logins]
    unwanted!(null, { code: 'unwanted' })
    expect(host.requests).toEqual([])
    mine!(null, { code: 'mine' })
    expect(host.requests.map(({ options }) => JSON.parse(options.body!).code)).toEqual(['mine'])
    expect(heard.error).toBeUndefined()
  })
  test('gives a login that never answers up, and lets the next one try', () => {
    const host = watchedHost({ signsIn: true })
    const gateway = join(host, { timeouts: { firstByteMs: 500 } })
    const heard = hear(gateway.open(chat))
    const silent = host.logins[0]!
    host.clock.advance(500)
    expect(heard.error).toMatchObject({ code: 'transport/timeout', retryable: true, details: { phase: 'sign-in' } })
    hear(gateway.open(chat))
    expect(host.logins).toHaveLength(2)
    silent(null, { code: 'too late' })
    expect(host.requests).toEqual([])
    host.logins[0]!(null, { code: 'c' })
    expect(JSON.parse(host.last.options.body!).code).toBe('c')
  })
  test('tells all who wait why it failed, and tries anew for the next', () => {
    const host = watchedHost({ signsIn: true })
    const gateway = join(host)
    const both = [hear(gateway.open(chat)), hear(gateway.open(chat))]
    host.logins[0]!({ reason: 'unknown', errMsg: 'login:fail', errno: 7 })
    for (const { error } of both) expect(error).toMatchObject({ code: 'transport/sign-in-failed', details: { phase: 'sign-in', errMsg: 'login:fail', errno: 7 } })
    hear(gateway.open(chat))
    expect(host.logins).toHaveLength(1)
  })
  test('has one limit for all it takes', () => {
    const host = watchedHost({ signsIn: true })
    const heard = hear(join(host, { timeouts: { firstByteMs: 500 } }).open(chat))
    host.clock.advance(400)
    host.logins[0]!(null, { code: 'c' })
    host.clock.advance(99)
    expect([heard.error, host.open]).toEqual([undefined, 1])
    host.clock.advance(1)
    expect(heard.error).toMatchObject({ code: 'transport/timeout', retryable: true, details: { phase: 'sign-in' } })
    expect([host.last.isAborted, host.clock.pending, host.listeners]).toEqual([true, 0, 0])
  })
  test.each([
    ['a refusal', 401, { error: { message: 'bad code', code: 'sign_in_rejected' } }, 'transport/sign-in-failed', 'bad code'],
    ['an answer without a token', 200, { hello: 1 }, 'transport/sign-in-failed', 'no token'],
    ['a web page', 200, '<html>', 'transport/sign-in-failed', 'no token'],
    ['a broken gateway', 503, '', 'transport/server', '503'],
  ])('fails with %s of the gateway, and does not sign in again', (_, status, body, code, message) => {
    const host = watchedHost()
    const heard = hear(join(host).open(chat))
    answer(host.last, body, status)
    expect(heard.error).toMatchObject({ code, details: { phase: 'sign-in' } })
    expect(heard.error!.message).toContain(message)
    expect(host.requests).toHaveLength(1)
  })
})

describe('a token of the app\'s own', () => {
  test('is asked for once, and again when it is refused', () => {
    const host = watchedHost()
    let count = 0
    const heard = hear(join(host, { getToken: () => 'own-' + ++count }).open(chat))
    refuse(host, 0)
    send(host.last, bytes('data: x\n\n'))
    expect(tokens(host)).toEqual(['Bearer own-1', 'Bearer own-2'])
    expect(heard.values).toMatchObject([{ data: 'x' }])
  })
  test('may come later', async () => {
    const host = watchedHost()
    hear(join(host, { getToken: () => Promise.resolve('later') }).open(chat))
    await Promise.resolve()
    expect(tokens(host)).toEqual(['Bearer later'])
  })
  test.each([
    ['throws', (): string => { throw new Error('not signed in') }, 'not signed in'],
    ['is rejected', () => Promise.reject(new Error('not signed in')), 'not signed in'],
    ['gives nothing', () => undefined as unknown as string, 'no token'],
  ])('fails the request when it %s', async (_, getToken, message) => {
    const heard = hear(join(watchedHost(), { getToken }).open(chat))
    await new Promise(resolve => setImmediate(resolve))
    expect(heard.error).toMatchObject({ code: 'transport/sign-in-failed', details: { phase: 'sign-in' } })
    expect(heard.error!.message).toContain(message)
  })
  test('is not waited for without end', () => {
    const host = watchedHost()
    const heard = hear(join(host, { getToken: () => new Promise(() => {}), timeouts: { firstByteMs: 100 } }).open(chat))
    host.clock.advance(100)
    expect(heard.error).toMatchObject({ code: 'transport/timeout', details: { phase: 'sign-in' } })
    expect(host.clock.pending).toBe(0)
  })
})

describe('a token that is refused', () => {
  const signedIn = (host: WatchedHost, token: string): void => answer(host.last, { token })

  test('is replaced once for all requests that used it', () => {
    const host = watchedHost()
    const gateway = join(host)
    const both = [hear(gateway.open(chat)), hear(gateway.open(chat))]
    signedIn(host, 'old')
    refuse(host, 1)
    refuse(host, 2)
    expect(paths(host)).toEqual(['/v1/sign-in', '/chat/completions', '/chat/completions', '/v1/sign-in'])
    signedIn(host, 'new')
    expect(tokens(host).slice(4)).toEqual(['Bearer new', 'Bearer new'])
    expect(both.map(({ error }) => error)).toEqual([undefined, undefined])
  })
  test('is not replaced by one that had already replaced it', () => {
    const host = watchedHost()
    const gateway = join(host)
    hear(gateway.open(chat))
    hear(gateway.open(chat))
    signedIn(host, 'old')
    refuse(host, 1)
    signedIn(host, 'new')
    refuse(host, 2)
    expect(paths(host).filter(path => path === '/v1/sign-in')).toHaveLength(2)
    expect(tokens(host).slice(-1)).toEqual(['Bearer new'])
  })
  test('twice is an error, which the next request does not inherit', () => {
    const host = watchedHost()
    const gateway = join(host)
    const heard = hear(gateway.open(chat))
    signedIn(host, 'old')
    refuse(host, 1)
    signedIn(host, 'new')
    refuse(host, 3)
    expect(heard.error).toMatchObject({ code: 'transport/unauthorized', details: { status: 401, providerCode: 'token_expired' } })
    expect(host.requests).toHaveLength(4)
  })
  test('with 403 is an error at once', () => {
    const host = watchedHost()
    const heard = hear(join(host).open(chat))
    signedIn(host, 't')
    refuse(host, 1, 403)
    expect(heard.error).toMatchObject({ code: 'transport/unauthorized', details: { status: 403 } })
    expect(host.requests).toHaveLength(2)
  })
  test('after frames have arrived is an error: nothing is said twice', () => {
    const host = watchedHost()
    const heard = hear(join(host).open(chat))
    signedIn(host, 't')
    send(host.last, bytes('data: x\n\n'))
    host.last.handlers.onEnd({ status: 401, headers: {} })
    expect(heard).toMatchObject({ values: [{ data: 'x' }], error: { code: 'transport/unauthorized' } })
    expect(host.requests).toHaveLength(2)
  })
  test('is replaced where the host has room for one stream only', () => {
    const host = watchedHost({ capabilities: { maxStreams: 1 } })
    const heard = hear(join(host).open(chat))
    signedIn(host, 'old')
    refuse(host, 1)
    signedIn(host, 'new')
    send(host.last, bytes('data: x\n\n'))
    expect(heard.values).toHaveLength(1)
  })
  test('at once, while the first was still being got, is replaced by one that can be left', () => {
    const host = watchedHost({ onRequest: ({ handlers }) => handlers.onEnd({ status: 401, headers: {} }) })
    let count = 0
    const heard = hear(join(host, { getToken: () => (count++ ? new Promise(() => {}) : 'old') }).open(chat))
    expect([count, host.clock.pending]).toEqual([2, 1])
    heard.leave()
    expect(host.clock.pending).toBe(0)
  })
})
