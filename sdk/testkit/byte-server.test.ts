import { afterEach, describe, expect, it } from 'vitest'
import { request } from 'node:http'
import { startByteServer, type ByteHandler, type ByteServer } from './byte-server.js'

let server: ByteServer
afterEach(() => server.close())

async function read(handler: ByteHandler, query = ''): Promise<{ pieces: string[]; status?: number; failed: boolean }> {
  server = await startByteServer(handler)
  return new Promise((resolve) => {
    const pieces: string[] = []
    const call = request(server.url + '/' + query, (response) => {
      response.on('data', (piece: Buffer) => pieces.push(piece.toString('latin1')))
      response.on('error', () => {})
      response.on('close', () => resolve({ pieces, status: response.statusCode, failed: !response.complete }))
    })
    call.on('error', () => resolve({ pieces, failed: true }))
    call.end()
  })
}

describe('startByteServer', () => {
  it('sends one piece a write', async () => {
    expect(await read({ chunks: ['a', 'bc', 'd'] })).toEqual({ pieces: ['a', 'bc', 'd'], status: 200, failed: false })
  })
  it('takes faults from the query', async () => {
    expect((await read({ chunks: ['abcdef'] }, '?faults=split=1/2')).pieces).toEqual(['a', 'bc', 'de', 'f'])
  })
  it('resets the connection, or refuses it', async () => {
    expect(await read({ chunks: ['abcdef'], faults: { reset: 3 } })).toMatchObject({ failed: true })
    await server.close()
    expect(await read({ faults: { refuse: true } })).toEqual({ pieces: [], failed: true })
    expect(server.closedSockets).toBe(0)
  })
  it('answers with another status and with what the request asks for', async () => {
    const answer = await read((seen) => ({ chunks: [seen.method + seen.path], status: 429, faults: { retryAfter: 1 } }), '?a=1')
    expect(answer).toMatchObject({ pieces: ['GET/?a=1'], status: 429 })
  })
  it('compresses with a flush a write', async () => {
    const { pieces } = await read({ chunks: ['aaaa', 'bbbb'], faults: { gzip: true, delay: 2 } })
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces[0]!.startsWith('\u001f\u008b')).toBe(true)
  })
  it('counts the clients that leave early', async () => {
    server = await startByteServer({ chunks: ['a', 'b'], faults: { hang: 1 } })
    const call = request(server.url, (response) => response.once('data', () => call.destroy()))
    call.on('error', () => {})
    call.end()
    await server.until(({ closedSockets }) => closedSockets === 1)
    expect(server.requests).toMatchObject([{ isClosedByClient: true, bytesSent: 1 }])
  })
})
