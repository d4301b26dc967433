import { describe, expect, it, onTestFinished } from 'vitest'
import { firstValueFrom } from 'rxjs'
import { nodePlatform } from '../../../../adapters/node/index.js'
import { openai } from '../../../endpoints/openai/index.js'
import { gatewayThreads } from '../../../endpoints/threads.js'
import { connect, createAgent, createThread } from '../../../index.js'
import { startByteServer } from '../../../testkit/byte-server.js'
import { memoryStorage } from '../../../testkit/fake-platform.js'
import { deviceStore } from '../../../thread/device-store.js'
import { copyTo } from '../../../thread/index.js'
import { eraseUser, signOut } from '../../../transport/index.js'
import { delta, done, finish, providerKey, until } from '../__fixtures__/harness.js'
import { memoryThreadStore, openaiProvider, serveGateway } from '../index.js'

/** A gateway, and phones of people who sign in to it by their names. */
async function start() {
  const store = memoryThreadStore()
  const provider = await startByteServer(() => ({ chunks: [delta('好'), finish, done] }))
  const main = openaiProvider({ baseUrl: provider.url, apiKey: providerKey, model: 'm' })
  const gateway = await serveGateway({ providers: { main }, auth: { verifySignIn: ({ code }) => ({ userId: code! }) }, threads: { store } })
  onTestFinished(async () => {
    await gateway.close()
    await provider.close()
  })
  const phone = (name: string, stored = new Map<string, string>()) => {
    const who = { name }
    const platform = { ...nodePlatform(), storage: memoryStorage(stored), signInCode: (done: (failure: null, code: { code: string }) => void) => done(null, { code: who.name }) }
    const connection = connect({ platform, url: gateway.url })
    const agent = createAgent({ model: openai({ connection, model: 'default' }) })
    const remote = gatewayThreads({ connection })
    const thread = createThread({ agent, platform, id: 'b/1 你', store: deviceStore({ copy: copyTo(remote) }) })
    onTestFinished(() => thread.dispose())
    const isReady = () => thread.state.status === 'idle'
    const send = async (text: string) => {
      const before = thread.state.messages.length
      thread.send(text)
      await until(() => isReady() && thread.state.messages.length === before + 2 && thread.state.messages.at(-1)!.status === 'complete')
    }
    const count = () => thread.state.messages.length
    return { who, connection, remote, thread, stored, send, isReady, count }
  }
  const isCopied = async (name: string, messages: number) => {
    let count: number | undefined
    await until(() => {
      void store.list(name).then(heads => (count = heads[0]?.count))
      return count === messages
    })
  }
  return { phone, store, isCopied }
}

describe('a thread with a gateway', () => {
  it('belongs to whom the gateway signed in, and follows them to another phone', async () => {
    const { phone, isCopied } = await start()
    const first = phone('anna')
    await first.send('hallo')
    expect(first.stored.get('sampan/user')).toBe('anna anna')
    await isCopied('anna', 2)
    const second = phone('anna')
    await until(() => second.count() === 2)
    await second.send('weiter')
    await isCopied('anna', 4)
    expect((await firstValueFrom(second.remote.list())).map(({ id, messages }) => [id, messages])).toEqual([['b/1 你', 4]])
    const other = phone('bert')
    await until(other.isReady)
    expect(other.count()).toBe(0)
    await firstValueFrom(second.remote.delete('b/1 你'))
    expect(await firstValueFrom(second.remote.list())).toEqual([])
  })
  it('shows another conversation when the host’s user is another by the next sign-in', async () => {
    const { phone, store, isCopied } = await start()
    const first = phone('anna')
    await first.send('geheim')
    await isCopied('anna', 2)
    const second = phone('bert', first.stored)
    await until(() => second.count() === 0)
    await second.send('hallo')
    await isCopied('bert', 2)
    expect(JSON.stringify(await store.read({ userId: 'bert', id: 'b/1 你' }))).not.toContain('geheim')
    expect((await store.list('anna'))[0]!.count).toBe(2)
  })
  it('is gone from the phone when its user signs out, and there again when they are back', async () => {
    const { phone, isCopied } = await start()
    const { thread, connection, stored, who, send, count, isReady } = phone('anna')
    await send('geheim')
    await isCopied('anna', 2)
    await signOut(connection)
    expect([thread.state.messages, [...stored.keys()]]).toEqual([[], ['sampan/user']])
    who.name = 'bert'
    await send('ich bin Bert')
    await isCopied('bert', 2)
    await signOut(connection)
    who.name = 'anna'
    thread.send('wieder da')
    await until(() => isReady() && count() >= 2)
    await isCopied('anna', 4)
    expect(thread.state.messages.map(({ parts }) => (parts[0] as { text: string }).text)).toEqual(expect.arrayContaining(['geheim', 'wieder da']))
  })
  it('is erased at the gateway and on the phone', async () => {
    const { phone, store, isCopied } = await start()
    const { connection, stored, send, count } = phone('anna')
    await send('geheim')
    await isCopied('anna', 2)
    await eraseUser(connection)
    expect([await store.list('anna'), count(), [...stored.keys()]]).toEqual([[], 0, ['sampan/user']])
  })
  it('that was on its way when its user was erased does not come back, from no phone; what is said later does', async () => {
    const { phone, store, isCopied } = await start()
    const [first, second] = [phone('anna'), phone('anna')]
    await first.send('geheim')
    await isCopied('anna', 2)
    const late = { after: 0, from: 0, items: [{ late: true }], format: 1, rest: {} }
    await eraseUser(first.connection)
    expect(await firstValueFrom(second.remote.write('other', late))).toMatchObject({ isConflict: true })
    expect(await store.list('anna')).toEqual([])
    await second.send('neu')
    await isCopied('anna', 2)
    expect(JSON.stringify(await store.read({ userId: 'anna', id: 'b/1 你' }))).not.toContain('geheim')
  })
})
