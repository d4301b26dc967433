import { createHmac } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { framesOf, manualProvider, startClient } from './__fixtures__/harness.js'
import { type AuthOptions, builtinProvider, createGateway, type GatewayOptions } from './index.js'

const secret = 'a-secret-of-at-least-thirty-two-bytes'
const providers = { builtin: builtinProvider({ paceMs: 0 }) }
const models = { default: { provider: 'builtin' }, large: { provider: 'builtin' } }

async function signIn(options: GatewayOptions, body: object): Promise<{ status: number; answer: any; gateway: ReturnType<typeof createGateway> }> {
  const gateway = createGateway({ providers, models, ...options })
  const response = await gateway.fetch(new Request('http://gateway.test/v1/sign-in', { method: 'POST', body: JSON.stringify(body) }))
  return { status: response.status, answer: await response.json(), gateway }
}

async function modelsOf(gateway: ReturnType<typeof createGateway>, authorization: string): Promise<{ status: number; body: any }> {
  const response = await gateway.fetch(new Request('http://gateway.test/v1/models', { headers: { authorization } }))
  return { status: response.status, body: await response.json() }
}

describe('guests', () => {
  it('are signed in in development, and keep their id where the app keeps theirs', async () => {
    const [first, again, other] = await Promise.all(['a', 'a', 'b'].map(guest => signIn({ now: () => 5000 }, { host: 'web', guest })))
    expect(first).toMatchObject({ status: 200, answer: { token: expect.any(String), expiresAt: 5000 + 3_600_000, userId: expect.stringMatching(/^guest_/) } })
    expect(again!.answer.userId).toBe(first!.answer.userId)
    expect(other!.answer.userId).not.toBe(first!.answer.userId)
    expect(first!.answer.userId).not.toContain('_a')
    const unnamed = await signIn({}, { host: 'web' })
    expect(unnamed.answer.userId).not.toBe((await signIn({}, { host: 'web' })).answer.userId)
  })
  it('may use every model in development', async () => {
    const { gateway, answer } = await signIn({}, { host: 'web' })
    expect((await modelsOf(gateway, `Bearer ${answer.token}`)).body).toEqual({
      object: 'list', data: ['default', 'large'].map(id => ({ id, object: 'model', created: 0, owned_by: 'sampan' })),
    })
  })
  it('are refused in production, with or without a sign-in', async () => {
    const auth = { mode: 'production', secret } as const
    expect(await signIn({ auth }, { host: 'web', guest: 'g' })).toMatchObject({ status: 403, answer: { error: { code: 'sign_in_not_configured' } } })
    const verifySignIn = () => ({ userId: 'u' })
    expect(await signIn({ auth: { ...auth, verifySignIn } }, { host: 'web', guest: 'g' })).toMatchObject({ status: 403, answer: { error: { code: 'guests_not_allowed' } } })
  })
  it('that production lets in may use the default model only', async () => {
    const { gateway, answer } = await signIn({ auth: { mode: 'production', secret, allowGuests: true } }, { host: 'web' })
    const { body } = await modelsOf(gateway, `Bearer ${answer.token}`)
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(['default'])
    const chat = (model: string) => gateway.fetch(new Request('http://gateway.test/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${answer.token}` },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }], stream: true }),
    }))
    const refused = await chat('large')
    expect([refused.status, await refused.json()]).toMatchObject([403, { error: { code: 'model_not_allowed' } }])
    expect((await framesOf(await chat('default'))).at(-1)?.data).toBe('[DONE]')
  })
})

describe('users', () => {
  it('are who the host’s code says they are, with their models and their time', async () => {
    const verifySignIn = vi.fn<NonNullable<AuthOptions['verifySignIn']>>(async () => ({ userId: 'openid-1', models: ['large'] }))
    const auth = { mode: 'production', secret, verifySignIn, userTtlMs: 60_000 } as const
    const { status, answer, gateway } = await signIn({ auth, now: () => 1000 }, { host: 'wechat', code: 'c-1' })
    expect([status, answer]).toMatchObject([200, { userId: 'openid-1', expiresAt: 61_000 }])
    expect(verifySignIn).toHaveBeenCalledExactlyOnceWith({ host: 'wechat', code: 'c-1' })
    expect((await modelsOf(gateway, `bearer ${answer.token}`)).body.data.map(({ id }: { id: string }) => id)).toEqual(['large'])
  })
  it('are refused when the host does not know the code, or knows nobody by it', async () => {
    for (const verifySignIn of [() => undefined, () => ({ userId: '' })]) {
      expect(await signIn({ auth: { verifySignIn } }, { host: 'wechat', code: 'c' })).toMatchObject({ status: 401, answer: { error: { code: 'sign_in_rejected' } } })
    }
  })
  it('are not signed in by a request of the wrong shape', async () => {
    for (const body of [{}, { host: '' }, { host: 'web', code: 5 }, { host: 'web', guest: {} }, { host: 'web', guest: 'g'.repeat(201) }]) {
      expect(await signIn({}, body)).toMatchObject({ status: 400, answer: { error: { code: 'invalid_request' } } })
    }
  })
})

describe('tokens', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const sign = (claims: object, key = secret, header: object = { alg: 'HS256' }) => {
    const text = `${encode(header)}.${encode({ iss: 'sampan-gateway', aud: 'sampan', sub: 'u', scope: 'chat', exp: 4e9, ...claims })}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }
  const gateway = createGateway({ providers, models, auth: { mode: 'production', secret } })

  it('are needed, and taken from a gateway with the same secret', async () => {
    expect(await modelsOf(gateway, '')).toMatchObject({ status: 401, body: { error: { code: 'token_missing' } } })
    expect(await modelsOf(gateway, 'Basic abc')).toMatchObject({ status: 401, body: { error: { code: 'token_missing' } } })
    expect(await modelsOf(gateway, `Bearer ${sign({})}`)).toMatchObject({ status: 200 })
  })
  it('are refused when anything about them is wrong', async () => {
    const wrong = [
      'x', sign({}, 'another-secret-of-thirty-two-bytes!!'), sign({ iss: 'other' }), sign({ aud: 'other' }), sign({ scope: 'admin' }), sign({ sub: '' }),
      `${encode({ alg: 'none' })}.${encode({ iss: 'sampan-gateway', aud: 'sampan', sub: 'u', scope: 'chat' })}.`,
    ]
    for (const token of wrong) expect(await modelsOf(gateway, `Bearer ${token}`), token).toMatchObject({ status: 401, body: { error: { code: 'token_invalid' } } })
  })
  it('run out, after the difference clocks may have', async () => {
    let time = 1_000_000
    const { gateway: timed, answer } = await signIn({ now: () => time, auth: { guestTtlMs: 60_000, clockToleranceMs: 10_000 } }, { host: 'web' })
    time += 69_000
    expect(await modelsOf(timed, `Bearer ${answer.token}`)).toMatchObject({ status: 200 })
    time += 2000
    expect(await modelsOf(timed, `Bearer ${answer.token}`)).toMatchObject({ status: 401, body: { error: { code: 'token_expired' } } })
  })
  it('of one development gateway mean nothing to another', async () => {
    const { answer } = await signIn({}, { host: 'web' })
    expect(await modelsOf(createGateway(), `Bearer ${answer.token}`)).toMatchObject({ status: 401 })
  })
})

describe('createGateway', () => {
  it('refuses production without a secret, or with a short one', () => {
    expect(() => createGateway({ auth: { mode: 'production' } })).toThrow('auth.secret')
    expect(() => createGateway({ auth: { mode: 'production', secret: 'short' } })).toThrow('32 bytes')
  })
  it('refuses models that lead nowhere', () => {
    expect(() => createGateway({ models: { default: { provider: 'gone' } } })).toThrow('"gone"')
    expect(() => createGateway({ providers: {} })).toThrow('empty')
    const nameless = { secrets: [], complete: async () => new Response() }
    expect(() => createGateway({ providers: { nameless }, models: { default: { provider: 'nameless' } } })).toThrow('no default')
  })
  it('says it is alive without a token', async () => {
    const response = await createGateway().fetch(new Request('http://gateway.test/health'))
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })
  it('leads `default` to the first provider where no model is named', async () => {
    const [first, second] = [manualProvider(), manualProvider()]
    const { chat } = await startClient({ providers: { first, second }, limits: { firstByteTimeoutMs: 1 } })
    expect((await chat({ model: undefined })).status).toBe(504)
    expect(first.calls.map(({ body }) => body.model)).toEqual(['manual'])
    expect(second.calls).toEqual([])
  })
})
