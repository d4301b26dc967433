import { connect, createAgent, createThread, defineTool, type Agent, type RunInput, type Thread, type ThreadOptions } from 'sampan'
import { wechatPlatform } from 'sampan/adapters/wechat'
import { openai } from 'sampan/endpoints/openai'
import { createJsonReader } from 'sampan/protocol'
import { of } from 'sampan/rxjs'
import { deviceStore } from 'sampan/thread/device-store'
import { threadView } from 'sampan/view'
import type { Contender, CreateContender, HistoryMessage, Job, Run } from '../harness/contender.js'
import { Feed } from '../harness/feed.js'
import { toolDescription, toolName } from '../fixtures/fixture.js'
import { createVirtualClock } from '../inside/virtual-clock.js'
import { allAtOnce, createWx } from '../inside/wx.js'
import { createNoteKeeper, noteSchema } from './parts/note-tool.js'
import { Page } from './parts/page.js'

type Platform = ReturnType<typeof wechatPlatform>

/**
 * Virtual ms from one network chunk to the next. A chunk of the fixture holds about three deltas, so this is a fast
 * model (75 deltas a second), and at the thread's default rhythm a patch for every second chunk.
 */
const chunkMs = 40
/** The longest history of the bench is above the default bound. */
const keep = { messages: 1000, bytes: 10_000_000 }

/**
 * Sampan from the host's bytes to the patch for `setData`: WeChat's adapter over an imitated `wx`, connection, endpoint,
 * agent, thread with storage, view. Everything at its defaults, but for the clock, which goes on with the chunks.
 */
export const create: CreateContender = (feed): Contender => {
  const clock = createVirtualClock()
  const pace = allAtOnce(() => clock.advance(chunkMs))
  const options = { platform: withNativeDecoder(wechatPlatform(createWx(feed, pace))), url: 'https://bench.invalid/v1', clock }
  const connection = connect({ ...options, getToken: () => 'none' })
  const model = openai({ connection, model: 'bench-model' })
  const notes = createNoteKeeper()
  const saveNote = defineTool({ name: toolName, description: toolDescription, input: noteSchema, execute: note => notes.save(note) })
  const plain: Agent = createAgent({ model })
  const withoutLog: Agent = createAgent({ model: openai({ connection: connect({ ...options, signIn: false }), model: 'bench-model' }) })
  const withTool = createAgent({ model, tools: [saveNote] }) as Agent
  /** A phone on which an earlier conversation is stored, for each run one of its own. */
  const phone = (history: readonly HistoryMessage[]) => wechatPlatform(createWx(feed, pace, new Map(storedConversation(history))))

  const start = (job: Job, agent: Agent, onPatch: (page: Page) => void, growingArgs?: ThreadOptions['growingArgs']): Run => {
    const thread = createThread({ agent, platform: phone(job.history), id: 'bench', clock, store: deviceStore({ keep }), growingArgs })
    const page = new Page()
    // The page is open, with the earlier conversation on it, before anything is timed.
    const drawing = threadView(thread).patches$.subscribe(patch => {
      page.setData(patch)
      onPatch(page)
    })
    return async () => {
      await askAndLeave(thread)
      drawing.unsubscribe()
      return { text: page.text, listLength: page.listLength }
    }
  }
  return {
    wire: 'openai',
    chat: job => start(job, plain, () => undefined),
    list: job => start(job, plain, page => {
      if (page.listLength === job.history.length + 2) job.screen.show(page.listLength, page.characters)
    }),
    plain: job => start(job, withoutLog, () => undefined),
    logged: job => start(job, plain, () => undefined),
    resumed(job) {
      const run = start(job, plain, () => undefined)
      return async () => {
        let isOver = false
        // Nobody else moves time on while it waits to connect again.
        const wait = (): unknown => isOver || Promise.resolve().then(() => clock.advance(100)).then(wait)
        wait()
        const answer = await run()
        isOver = true
        if (feed.opened !== 2) throw new Error(`${feed.opened} requests instead of 2`)
        return answer
      }
    },
    tool: job => withArguments(start(job, withTool, () => undefined)),
    follow: job => withArguments(start(job, withTool, page => {
      // Only that something is shown: how long the arguments are by now, nobody can say without walking through them.
      if (page.toolArguments !== undefined) job.screen.show(1, 1)
    }, createJsonReader))
  }

  function withArguments(run: Run): Run {
    return async () => ({ ...await run(), toolArguments: notes.take() })
  }
}

/**
 * The adapter takes an engine's decoder only if it is native code through and through, which Node's is not by its
 * looks. The bare loop has it, so we do; in the run in which it is taken away from everyone else, nobody has.
 */
function withNativeDecoder(platform: Platform): Platform {
  if (typeof TextDecoder === 'undefined') return platform
  return { ...platform, createTextDecoder: () => createDecoder() }
}

function createDecoder(): { decode(bytes?: Uint8Array): string } {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const going = { stream: true }
  return { decode: bytes => bytes === undefined ? decoder.decode() : decoder.decode(bytes, going) }
}

/** Sends a question, waits for the end of the answer, and leaves. */
async function askAndLeave(thread: Thread): Promise<void> {
  await new Promise<void>(resolve => {
    thread.on('status', status => {
      if (status === 'idle') resolve()
    })
    thread.send('hi')
  })
  const { error } = thread.state
  thread.dispose()
  if (error !== undefined) throw new Error(`${error.code}: ${error.text}`)
}

const stored = new WeakMap<readonly HistoryMessage[], Map<string, unknown>>()

/** What a phone has stored of a conversation. Written by Sampan itself: an agent that only says what it is to say. */
function storedConversation(history: readonly HistoryMessage[]): Map<string, unknown> {
  const known = stored.get(history)
  if (known !== undefined) return known
  const storage = new Map<string, unknown>()
  stored.set(history, storage)
  const answers = history.filter(message => message.role === 'assistant').map(message => message.content)
  const sayNext = Object.assign(({ threadId, runId }: RunInput) => {
    const messageId = `old-${runId}`
    return of(
      { type: 'RUN_STARTED', threadId, runId },
      { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: answers.shift()! },
      { type: 'TEXT_MESSAGE_END', messageId },
      { type: 'RUN_FINISHED', threadId, runId, outcome: { type: 'success' } }
    )
  }, { info: { name: 'earlier' } }) as unknown as Agent
  const thread = createThread({ agent: sayNext, platform: wechatPlatform(createWx(new Feed(), undefined, storage)), id: 'bench', store: deviceStore({ keep }) })
  for (const message of history) if (message.role === 'user') thread.send(message.content)
  if (thread.state.messages.length !== history.length) throw new Error(`${thread.state.messages.length} messages of history instead of ${history.length}`)
  thread.dispose()
  return storage
}
