import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { askHost } from './ask-host.js'
import { createHostFake, type HostFake } from './host-fake.js'
import type { HostFakeName, HostFakeOptions } from './host-fake-options.js'
import { startByteServer, type ByteServer } from '../byte-server.js'

let server: ByteServer
const fakes: HostFake[] = []
beforeEach(async () => void (server = await startByteServer({ chunks: ['ok'] })))
afterEach(async () => {
  fakes.splice(0).forEach(fake => fake.dispose())
  await server.close()
})

const MEMO = new TextEncoder().encode('memo')

function phone(name: HostFakeName, options?: HostFakeOptions): HostFake {
  const fake = createHostFake(name, options)
  fakes.push(fake)
  return fake
}

describe('an upload of a host fake', () => {
  it('answers with less than a request does', async () => {
    const fake = phone('wechat')
    const { result } = await askHost(fake, 'uploadFile', { url: server.url, filePath: fake.addFile(MEMO, 'a.txt'), name: 'memo' })
    expect(result).toEqual({ data: 'ok', statusCode: 200, errMsg: 'uploadFile:ok' })
    expect(server.requests[0]!.body).toContain('name="memo"; filename="a.txt"\r\n\r\nmemo\r\n')
  })
  it('must name the file’s kind in Alipay, which tells its headers', async () => {
    const fake = phone('alipay')
    const option = { url: server.url, filePath: fake.addFile(MEMO), name: 'memo', fileName: 'memo' }
    expect((await askHost(fake, 'uploadFile', option)).result).toMatchObject({ error: 2 })
    expect((await askHost(fake, 'uploadFile', { ...option, fileType: 'image' })).result).toMatchObject({ statusCode: 200, header: { 'content-type': 'text/event-stream' } })
  })
  it('is cut in the background where requests are, and where the network goes', async () => {
    server.use({ chunks: ['late'], faults: { hang: 1 } })
    for (const happen of [(fake: HostFake) => fake.hide(), (fake: HostFake) => fake.setOnline(false)]) {
      const fake = phone('wechat', { backgroundGraceMs: 1 })
      const turn = server.requests.length
      const asked = askHost(fake, 'uploadFile', { url: server.url, filePath: fake.addFile(MEMO), name: 'memo' })
      await server.until(({ requests }) => requests.length > turn)
      happen(fake)
      expect((await asked).calls).toEqual(['fail', 'complete'])
    }
  })
})

describe('files of a host fake', () => {
  it('are read as bytes, or as text where an encoding is named', async () => {
    const fake = phone('wechat')
    const { readFile } = (fake.api['getFileSystemManager'] as unknown as () => { readFile: (args: object) => void })()
    const read = (args: object) => new Promise<{ data?: unknown; errMsg?: string }>(resolve => readFile({ ...args, success: resolve, fail: resolve }))
    const filePath = fake.addFile(MEMO)
    expect((await read({ filePath })).data).toBeInstanceOf(ArrayBuffer)
    expect((await read({ filePath, encoding: 'utf8' })).data).toBe('memo')
    expect((await read({ filePath: 'gone' })).errMsg).toBe('readFile:fail no such file or directory')
  })
  it('have no manager in JD, as far as anybody knows', () => {
    expect('getFileSystemManager' in phone('jd').api).toBe(false)
    expect('getFileSystemManager' in phone('kuaishou').api).toBe(true)
  })
})
