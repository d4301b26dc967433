import { describe, expect, it, vi } from 'vitest'
import { answer, delta, done, errorOf, finish, framesOf, type SeenFrame, startRelay, until } from './__fixtures__/harness.js'
import { answerOf, readFrames, say, signIn, startLogs } from './__fixtures__/log-client.js'

const detach = { 'x-sampan-detach': '1' }
const codeOf = ({ data }: SeenFrame): string | undefined => JSON.parse(data).error?.code

describe('a completion with an id', () => {
  it('asked for again is joined: the provider is asked once, and everybody gets every frame', async () => {
    const { chat, follow, provider } = await startLogs()
    const first = chat('a')
    await say(provider, 1, delta('one'))
    const second = chat('a')
    const third = follow('a')
    provider.send(delta('two'))
    provider.send(finish + done)
    const all = await Promise.all([first, second, third].map(async response => framesOf(await response)))
    expect(all[0]!.map(({ id }) => id)).toEqual(['1', '2', '3', '4'])
    expect(all[1]).toEqual(all[0])
    expect(all[2]).toEqual(all[0])
    expect(await framesOf(await chat('a'))).toEqual(all[0])
    expect(provider.calls).toHaveLength(1)
  })
  it('is asked of the provider once, however many ask at the same time', async () => {
    const { chat, provider } = await startLogs({ limits: { maxConcurrentStreams: 1 } })
    const asked = Array.from({ length: 10 }, () => chat('a'))
    await say(provider, 1, ...answerOf(3))
    const all = await Promise.all(asked.map(async response => framesOf(await response)))
    expect(new Set(all.map(frames => JSON.stringify(frames))).size).toBe(1)
    expect(all[0]!.at(-1)!.data).toBe('[DONE]')
    expect(provider.calls).toHaveLength(1)
  })
  it('is the same as one without, frame by frame', async () => {
    const { chat } = await startRelay({ chunks: answer })
    const plain = await framesOf(await chat())
    const logged = await chat({}, { headers: { 'x-sampan-log-id': 'a' } })
    expect(logged.headers.get('x-sampan-log-id')).toBe('a')
    expect(await framesOf(logged)).toEqual(plain)
  })
  it('goes on from any place, as a stream and by polling', async () => {
    const { chat, follow, get, page, provider } = await startLogs()
    const asked = chat('a')
    await say(provider, 1, ...answerOf(5), 'data: not read\n\n')
    const all = await framesOf(await asked)
    expect(all).toHaveLength(7)
    for (let after = 0; after <= all.length; after++) {
      const rest = all.slice(after)
      expect(await framesOf(await follow('a', after))).toEqual(rest)
      expect(await framesOf(await get('/v1/logs/a', { accept: 'text/event-stream', 'last-event-id': String(after) }))).toEqual(rest)
      expect(await framesOf(await chat('a', { 'last-event-id': String(after) }))).toEqual(rest)
      const { frames, isDone } = await page('a', after, 0)
      expect(frames.map(({ seq, data }) => ({ id: String(seq), data }))).toEqual(rest)
      expect(isDone).toBe(true)
    }
    expect(provider.calls).toHaveLength(1)
  })
  it('writes its frames in ASCII where the host needs it, whichever way they go', async () => {
    const { chat, get, provider } = await startLogs()
    const asked = chat('a', { 'x-sampan-ascii': '1' })
    await say(provider, 1, ...answerOf(1))
    expect(await (await asked).text()).toContain('\\u4f60\\u597d')
    expect(await (await get('/v1/logs/a', { 'x-sampan-ascii': '1' })).text()).toContain('\\u4f60\\u597d')
    expect(await (await get('/v1/logs/a')).text()).toContain('你好')
  })
  it('that was refused leaves nothing behind: the id may be used again', async () => {
    const refusal = { status: 429, chunks: ['{"error":{"message":"slow down","code":"rate_limited"}}'], headers: { 'retry-after': '7' } }
    let refuse: (reply: typeof refusal) => void
    // Not before the second is there: one that comes after the refusal rightly asks anew.
    const { chat, provider } = await startRelay(() => new Promise(resolve => (refuse = resolve)))
    const headers = { 'x-sampan-log-id': 'a' }
    const first = chat({}, { headers })
    await provider.until(({ requests }) => requests.length === 1)
    const second = chat({}, { headers })
    // Whoever asks later gets through the same doors later, and is sent away behind them.
    for (let turn = 0; turn < 20; turn++) await chat({ model: 'none' })
    refuse!(refusal)
    const asked = await Promise.all([first, second])
    expect(asked.map(({ status }) => status)).toEqual([429, 429])
    expect(asked[1]!.headers.get('retry-after')).toBe('7')
    expect(provider.requests).toHaveLength(1)
    provider.use({ chunks: answer })
    expect((await framesOf(await chat({}, { headers }))).at(-1)!.data).toBe('[DONE]')
    expect(provider.requests).toHaveLength(2)
  })
  it('tells whoever asked for errors as events of a refusal in a frame', async () => {
    const { chat } = await startRelay({ status: 429, chunks: ['{"error":{"message":"slow down","code":"rate_limited"}}'] })
    const response = await chat({}, { headers: { 'x-sampan-log-id': 'a', 'x-sampan-errors': 'event' } })
    const frame = (await framesOf(response)).find(({ event }) => event !== 'ping')
    expect([response.status, frame!.event, codeOf(frame!)]).toEqual([200, 'error', 'rate_limited'])
  })
  it('keeps its error as the last frame', async () => {
    const { chat, follow, provider } = await startLogs()
    const asked = chat('a')
    await say(provider, 1, delta('one'))
    provider.fail(new Error('broken'))
    const frames = await framesOf(await asked)
    expect([frames.length, frames[1]!.id, codeOf(frames[1]!)]).toEqual([2, '2', 'upstream_truncated'])
    expect(await framesOf(await follow('a', 1))).toEqual([frames[1]])
    expect(await framesOf(await chat('a'))).toEqual(frames)
    expect(provider.calls).toHaveLength(1)
  })
  it('is refused with an id, a place or a time that is none', async () => {
    const { chat, get, provider } = await startLogs()
    expect(await errorOf(await chat('a b'))).toMatchObject({ code: 'invalid_log_id' })
    expect(await errorOf(await get('/v1/logs/a%20b'))).toMatchObject({ code: 'invalid_log_id' })
    for (const query of ['after=-1', 'after=x', 'after=1.5', 'wait=-1', 'wait=x']) {
      expect(await errorOf(await get(`/v1/logs/a?${query}`))).toMatchObject({ code: 'invalid_request' })
    }
    expect(await errorOf(await get('/v1/logs/a', { authorization: '' }))).toMatchObject({ code: 'token_missing' })
    expect(provider.calls).toEqual([])
  })
  it('is not read with HEAD, which would never end', async () => {
    const { chat, gateway, provider, token } = await startLogs()
    const asked = chat('a')
    await say(provider, 1, ...answerOf(1))
    await framesOf(await asked)
    const response = await gateway.fetch(new Request('http://gateway.test/v1/logs/a', { method: 'HEAD', headers: { authorization: `Bearer ${token}` } }))
    expect(response.status).toBe(405)
  })
})

describe('a poll', () => {
  it('starts with a ticket once there is a first frame, and goes on until the last', async () => {
    const { chat, page, provider } = await startLogs()
    const asked = chat('a', { prefer: 'respond-async' })
    await say(provider, 1, delta('one'))
    const ticket = await asked
    expect([ticket.status, await ticket.json()]).toEqual([202, { log: 'a' }])
    const first = await page('a')
    expect([first.frames.map(({ seq }) => seq), first.isDone]).toEqual([[1], false])
    const waiting = page('a', 1)
    provider.send(delta('two') + finish)
    expect((await waiting).frames.map(({ seq }) => seq)).toEqual([2, 3])
    provider.send(done)
    expect(await page('a', 3)).toEqual({ frames: [{ seq: 4, data: '[DONE]' }], isDone: true })
    expect(await page('a', 4)).toEqual({ frames: [], isDone: true })
    expect(provider.calls).toHaveLength(1)
  })
  it('gathers what comes soon after its first frame, so that polls stay few', async () => {
    const { chat, page, provider } = await startLogs({ logs: { gatherMs: 1000 } })
    const asked = chat('a', { prefer: 'respond-async' })
    await say(provider, 1, delta('one'))
    await asked
    const waiting = page('a', 0, 20_000)
    for (let index = 0; index < 5; index++) {
      await new Promise(resolve => setImmediate(resolve))
      provider.send(delta(`more ${index}`))
    }
    expect((await waiting).frames).toHaveLength(6)
    provider.send(finish + done)
  })
  it('is answered with nothing when nothing comes in time', async () => {
    const { chat, page, provider } = await startLogs()
    const asked = chat('a', { prefer: 'respond-async' })
    await say(provider, 1, delta('one'))
    await asked
    expect(await page('a', 1, 30)).toEqual({ frames: [], isDone: false })
  })
  it('that is refused has the status of the refusal', async () => {
    const { chat } = await startRelay({ status: 400, chunks: ['{"error":{"message":"no such field","code":"bad_field"}}'] })
    const response = await chat({}, { headers: { 'x-sampan-log-id': 'a', prefer: 'respond-async' } })
    expect([response.status, (await errorOf(response)).code]).toEqual([400, 'bad_field'])
  })
})

describe('a reader that leaves', () => {
  it('ends a completion at once where nobody said that he would come back', async () => {
    const { chat, provider, follow } = await startLogs()
    const asked = chat('a')
    await say(provider, 1, delta('one'))
    const other = readFrames(await chat('a'))
    await (await asked).body!.cancel()
    expect(provider.calls[0]!.signal.aborted).toBe(false)
    await other.leave()
    await until(() => provider.calls[0]!.signal.aborted)
    expect((await framesOf(await follow('a'))).map(frame => frame.event ?? 'text')).toEqual(['text', 'error'])
  })
  it('ends it before the first byte too, and leaves no log', async () => {
    const { chat, follow, provider } = await startLogs()
    const client = new AbortController()
    const asked = chat('a', {}, client.signal)
    await until(() => provider.calls.length === 1)
    client.abort()
    expect((await asked).status).toBe(499)
    await until(() => provider.calls[0]!.signal.aborted)
    expect((await follow('a')).status).toBe(404)
  })
  it.each<[string, (user: Awaited<ReturnType<typeof startLogs>>) => Promise<void>]>([
    ['said that he would', async ({ chat }) => (await chat('a', detach)).body!.cancel()],
    ['had done so before', async ({ chat, follow }) => {
      const posted = await chat('a')
      const reader = readFrames(await follow('a'))
      await reader.next()
      await reader.leave()
      await posted.body!.cancel()
    }],
    ['polls', async ({ chat, page }) => {
      await chat('a', { prefer: 'respond-async' })
      await page('a')
    }],
  ])('lets it go on where he %s', async (_what, visit) => {
    const user = await startLogs()
    const visited = visit(user)
    await say(user.provider, 1, delta('one'))
    await visited
    expect(user.provider.calls[0]!.signal.aborted).toBe(false)
    user.provider.send(delta('two') + finish + done)
    await until(() => user.provider.pulls > 1)
    const frames = await framesOf(await user.follow('a', 1))
    expect(frames.map(({ id }) => id)).toEqual(['2', '3', '4'])
    expect(user.provider.calls).toHaveLength(1)
  })
  it('and does not come back within the grace period ends it; the log says so', async () => {
    const { chat, follow, provider } = await startLogs({ logs: { graceMs: 30 }, limits: { maxConcurrentStreams: 1 } })
    const asked = chat('a', detach)
    await say(provider, 1, delta('one'))
    await (await asked).body!.cancel()
    await until(() => provider.calls[0]!.signal.aborted)
    const frames = await framesOf(await follow('a'))
    expect([frames[1]!.id, codeOf(frames[1]!)]).toEqual(['2', 'client_closed'])
    const next = chat('b')
    await say(provider, 2, ...answerOf(1))
    expect((await framesOf(await next)).at(-1)!.data).toBe('[DONE]')
  })
  it('has the whole grace period again after each visit', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { chat, page, provider } = await startLogs({ logs: { graceMs: 60_000 }, heartbeatMs: 1e6, limits: { idleTimeoutMs: Infinity } })
      const asked = chat('a', { ...detach, prefer: 'respond-async' })
      await say(provider, 1, delta('one'))
      await asked
      for (let visit = 0; visit < 3; visit++) {
        vi.advanceTimersByTime(50_000)
        let seen: number | undefined
        void page('a').then(({ frames }) => (seen = frames.length))
        while (seen === undefined) {
          vi.advanceTimersByTime(1)
          await new Promise(resolve => setImmediate(resolve))
        }
        expect(seen).toBe(1)
      }
      expect(provider.calls[0]!.signal.aborted).toBe(false)
      vi.advanceTimersByTime(61_000)
      expect(provider.calls[0]!.signal.aborted).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a cancel', () => {
  it('ends the completion for everybody, and is confirmed', async () => {
    const { chat, follow, cancel, provider } = await startLogs({ limits: { maxConcurrentStreams: 1 } })
    const asked = [chat('a', detach)]
    await say(provider, 1, delta('one'))
    asked.push(follow('a'))
    const streams = (await Promise.all(asked)).map(readFrames)
    for (const stream of streams) expect((await stream.next())!.id).toBe('1')
    expect(await (await cancel('a')).json()).toEqual({ isDone: true })
    expect(provider.calls[0]!.signal.aborted).toBe(true)
    for (const stream of streams) {
      const last = (await stream.next())!
      expect([last.id, last.event, codeOf(last)]).toEqual(['2', 'error', 'cancelled'])
      expect(await stream.next()).toBeUndefined()
    }
    expect(await (await cancel('a')).json()).toEqual({ isDone: true })
    expect((await framesOf(await chat('a'))).map(({ id }) => id)).toEqual(['1', '2'])
    expect(provider.calls).toHaveLength(1)
  })
  it('that comes before the first byte is kept: the same request, sent again, is not begun anew', async () => {
    const { chat, cancel, provider } = await startLogs()
    const asked = chat('a', detach)
    await until(() => provider.calls.length === 1)
    expect(await (await cancel('a')).json()).toEqual({ isDone: true })
    for (const response of [await asked, await chat('a', detach)]) expect((await framesOf(response)).map(codeOf)).toEqual(['cancelled'])
    expect(provider.calls).toHaveLength(1)
    expect(provider.calls[0]!.signal.aborted).toBe(true)
  })
  it('that overtakes its request is kept too', async () => {
    const { chat, cancel, provider } = await startLogs()
    expect(await (await cancel('a')).json()).toEqual({ isDone: true })
    expect((await framesOf(await chat('a'))).map(codeOf)).toEqual(['cancelled'])
    expect(provider.calls).toEqual([])
  })
  it('of what is complete changes nothing', async () => {
    const { chat, cancel, follow, provider } = await startLogs()
    const asked = chat('a')
    await say(provider, 1, ...answerOf(1))
    const frames = await framesOf(await asked)
    expect(await (await cancel('a')).json()).toEqual({ isDone: true })
    expect(await framesOf(await follow('a'))).toEqual(frames)
  })
})

describe('another user', () => {
  it('can neither read nor cancel a log, and has a log of his own under the same id', async () => {
    const { gateway, chat, follow, provider } = await startLogs()
    const asked = chat('a', detach)
    await say(provider, 1, delta('mine'))
    const mine = readFrames(await asked)
    await mine.next()
    const other = await signIn(gateway, 'other')
    expect(await errorOf(await other.follow('a'))).toMatchObject({ code: 'log_not_found' })
    expect((await other.get('/v1/logs/a')).status).toBe(404)
    await other.cancel('b')
    await other.cancel('a')
    await other.erase()
    expect(provider.calls[0]!.signal.aborted).toBe(false)
    provider.send(finish + done)
    expect((await framesOf(await follow('a'))).map(({ id }) => id)).toEqual(['1', '2', '3'])
    const theirs = other.chat('a')
    await say(provider, 2, delta('theirs') + finish + done)
    expect((await framesOf(await theirs))[0]!.data).toContain('theirs')
    expect((await framesOf(await follow('a')))[0]!.data).toContain('mine')
  })
})

describe('erase', () => {
  it('forgets the logs of the caller and stops what runs', async () => {
    const { chat, follow, erase, provider } = await startLogs()
    const first = chat('done')
    await say(provider, 1, ...answerOf(1))
    await framesOf(await first)
    const second = chat('runs', detach)
    await say(provider, 2, delta('one'))
    const running = readFrames(await second)
    await running.next()
    expect(await (await erase()).json()).toEqual({ isErased: true })
    expect(provider.calls[1]!.signal.aborted).toBe(true)
    const last = (await running.next())!
    expect([last.id, codeOf(last)]).toEqual([undefined, 'log_not_found'])
    for (const id of ['done', 'runs']) expect((await follow(id)).status).toBe(404)
  })
})
