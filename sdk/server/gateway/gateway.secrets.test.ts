import { describe, expect, it, vi } from 'vitest'
import type { ByteReply } from '../../testkit/byte-server.js'
import { delta, providerKey, startRelay } from './__fixtures__/harness.js'

const refusal = (status: number, body: unknown): ByteReply => ({
  status, headers: { 'content-type': 'application/json' }, chunks: [typeof body === 'string' ? body : JSON.stringify(body)],
})

describe('secrets', () => {
  it('never stand in an answer: not the key, whole or shortened, nor an internal address', async () => {
    const { chat, provider } = await startRelay({})
    const hosts = new URL(provider.url).host
    const message = `Key ${providerKey} (sk-sec***cdef) at ${provider.url}/v1, ${hosts}, http://10.0.0.5:8000/x, 10.0.0.9:443; Bearer abcdef.123`
    const error = { message, type: `t ${providerKey}`, code: `c ${hosts}` }
    const replies: ByteReply[] = [
      refusal(400, { error }), refusal(500, message), refusal(200, { error }), { chunks: [delta('a'), `data: ${JSON.stringify({ error })}\n\n`] },
    ]
    for (const reply of replies) {
      provider.use(reply)
      const text = await (await chat()).text()
      for (const word of [providerKey, 'sk-sec', hosts, '127.0.0.1', '10.0.0.5', '10.0.0.9', 'abcdef']) expect(text).not.toContain(word)
    }
  })
  it('never stand in the log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const verifySignIn = () => { throw new Error(`fetch https://api.weixin.qq.com?secret=abc failed with ${providerKey}, signed by signing-secret`) }
    const { post, chat } = await startRelay({ faults: { refuse: true } }, { auth: { secret: 'signing-secret', verifySignIn } })
    await post('/v1/sign-in', { host: 'wechat', code: 'c' })
    const response = await chat()
    const lines = log.mock.calls.map(call => call.join(' ')).join('\n')
    log.mockRestore()
    expect(lines).toContain(response.headers.get('x-request-id'))
    for (const word of [providerKey, 'secret=abc', 'signing-secret', '127.0.0.1']) expect(lines).not.toContain(word)
  })
})
