import { Subject } from 'rxjs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createAgent } from './agent/create-agent.js'
import { defineTool } from './agent/define-tool.js'
import type { ModelEvent } from './contracts.js'
import type { Frame } from './protocol/frames.js'
import { createSseDecoder } from './protocol/sse.js'
import { fakePlatform } from './testkit/fake-platform.js'
import { mockModel } from './testkit/mock-model.js'
import { createTestClock } from './testkit/test-clock.js'
import { createThread } from './thread/create-thread.js'
import { connect } from './transport/index.js'
import { threadView } from './view/index.js'

// The traps of streaming on mini-program hosts that no adapter falls into, but what stands above it. The others are in
// adapters/shared/traps.test.ts, by the same numbers.

describe('trap 2, borders of events are not borders of chunks', () => {
  const stream = 'data: 一\r\n\r\n: ping\n\ndata: 二\ndata: 三\n\ndata: 四\r\rdata: 五\n\n'
  const read = (pieces: string[]): string[] => {
    const frames: Frame[] = []
    const decoder = createSseDecoder({ onFrame: frame => frames.push(frame) })
    pieces.forEach(piece => decoder.push(piece))
    decoder.end()
    return frames.map(({ data }) => data)
  }
  it('reads several events of one chunk, and one event of several chunks, each as soon as it is whole', () => {
    const expected = ['一', '二\n三', '四', '五']
    expect(read([stream])).toEqual(expected)
    for (let at = 1; at < stream.length; at++) expect(read([stream.slice(0, at), stream.slice(at)])).toEqual(expected)
  })
})

describe('trap 3, a network that dies without a callback', () => {
  it('ends a request that gives no sign of life, and says so', () => {
    const clock = createTestClock()
    const platform = fakePlatform()
    const errors: unknown[] = []
    connect({ platform, url: 'https://a.example', signIn: false, clock }).open({ path: '/' }).subscribe({ error: error => errors.push(error) })
    platform.requests[0]!.handlers.onChunk!(new TextEncoder().encode('data: x\n\n'))
    clock.advance(45_000)
    expect(errors).toMatchObject([{ code: 'transport/timeout', details: { phase: 'stream' }, retryable: true }])
    expect(platform.requests[0]!.isAborted).toBe(true)
  })
})

describe('trap 12, code that is made from text', () => {
  afterEach(() => void vi.unstubAllGlobals())
  it.each([['answers undefined', () => undefined], ['throws', () => { throw new EvalError('no') }]])('checks a tool’s arguments by zod where Function %s', async (_, impostor) => {
    vi.resetModules()
    vi.stubGlobal('Function', impostor)
    const z = await import('zod')
    const tool = defineTool({ name: 'order', description: '', input: z.object({ drink: z.string() }) })
    expect([tool.validate({ drink: '拿铁' }).ok, tool.validate({ drink: 1 }).ok]).toEqual([true, false])
  })
})

describe('trap 14, a flood of setData', () => {
  it('sends at most a patch every 80 ms, each with what is new', () => {
    const answer = new Subject<ModelEvent>()
    const clock = createTestClock()
    const thread = createThread({ agent: createAgent({ model: mockModel(answer) }), id: 't', clock })
    thread.send('x')
    const sizes: number[] = []
    threadView(thread).patches$.subscribe(patch => sizes.push(JSON.stringify(patch).length))
    for (let count = 0; count < 1000; count++) {
      answer.next({ type: 'text-delta', delta: '字' })
      clock.advance(1)
    }
    expect(sizes.length).toBeLessThanOrEqual(1000 / 80 + 3)
    expect(Math.max(...sizes.slice(2))).toBeLessThan(300)
  })
})
