import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runCli } from './index.js'

type Env = Readonly<Record<string, string | undefined>>

/** Runs the command until it has said something, lets `look` look, and ends it as Ctrl-C does. */
async function run(args: string[], env: Env = {}, look: (said: string) => Promise<void> = async () => {}) {
  const out: string[] = []
  const errors: string[] = []
  let stop = (): void => {}
  const until = new Promise<void>(resolve => (stop = resolve))
  let heard = (): void => {}
  const spoken = new Promise<void>(resolve => (heard = resolve))
  const code = runCli(args, { env, until, print: text => (out.push(text), heard()), fail: text => (errors.push(text), heard()) })
  await Promise.race([spoken, code])
  try {
    await look(out.join())
  } finally {
    stop()
  }
  return { code: await code, out: out.join(), errors: errors.join() }
}
const addressIn = (text: string): string => /http:\S+/.exec(text)![0]

describe('sampan gateway', () => {
  it('serves the built-in model at the address that it prints, until it is ended', async () => {
    let address = ''
    const { code } = await run(['gateway', '--port', '0'], {}, async said => {
      address = addressIn(said)
      expect(said).toContain('built-in')
      const { token } = (await (await fetch(`${address}/v1/sign-in`, { method: 'POST', body: JSON.stringify({ host: 'node', guest: 'g' }) })).json()) as { token: string }
      const answer = await fetch(`${address}/v1/chat/completions`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: JSON.stringify({ messages: [{ role: 'user', content: 'hi' }] }) })
      expect(answer.status).toBe(200)
      await answer.text()
    })
    expect(code).toBe(0)
    await expect(fetch(address)).rejects.toThrow()
  })
  it('names the model that the environment names, and not its key', async () => {
    const env = { SAMPAN_BASE_URL: 'https://api.example.com', SAMPAN_API_KEY: 'k-secret', SAMPAN_MODEL: 'some-model' }
    const { out } = await run(['gateway', '--port=0'], env)
    expect(out).toContain('some-model at https://api.example.com')
    expect(out).not.toContain('k-secret')
  })
  it('takes another port where 8787 is taken, unless it was asked for one', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => other.once('listening', resolve))
    const { port } = other.address() as AddressInfo
    const { code, errors } = await run(['gateway', '--port', String(port)])
    expect([code, errors]).toEqual([1, expect.stringContaining(String(port))])
    other.close()
  })
  it.each<[Env, string]>([
    [{ SAMPAN_API_KEY: 'k' }, 'SAMPAN_BASE_URL'],
    [{ SAMPAN_BASE_URL: 'https://api.example.com' }, 'SAMPAN_API_KEY'],
    [{ SAMPAN_BASE_URL: 'https://api.example.com', SAMPAN_API_KEY: 'k' }, 'SAMPAN_MODEL'],
    [{ SAMPAN_BASE_URL: 'api.example.com', SAMPAN_API_KEY: 'k', SAMPAN_MODEL: 'm' }, 'https://'],
  ])('says what is missing of %j', async (env, named) => {
    const { code, errors } = await run(['gateway', '--port', '0'], env)
    expect([code, errors]).toEqual([1, expect.stringContaining(named)])
  })
})

describe('the command', () => {
  it.each([[[]], [['--help']], [['gateway', '-h']]])('explains itself for %j', async args => {
    expect(await run(args)).toMatchObject({ code: 0, errors: '', out: expect.stringContaining('sampan gateway') })
  })
  it.each([[['serve']], [['gateway', 'now']], [['gateway', '--port', 'x']], [['gateway', '--prot', '1']]])('refuses %j, and says how it is used', async args => {
    expect(await run(args)).toMatchObject({ code: 2, out: '', errors: expect.stringContaining('sampan gateway [--port') })
  })
})
