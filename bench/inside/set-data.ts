import { isDeepStrictEqual } from 'node:util'
import { connect, createAgent, createThread } from 'sampan'
import { wechatPlatform } from 'sampan/adapters/wechat'
import { openai } from 'sampan/endpoints/openai'
import { threadView, viewData, type ViewPatch } from 'sampan/view'
import { between, createRandom } from '../fixtures/random.js'
import { codeText, chineseText } from '../fixtures/text.js'
import { wireWriters } from '../fixtures/wires.js'
import { Feed } from '../harness/feed.js'
import type { SetDataCase, SetDataResult } from '../harness/jobs.js'
import { applyPatch } from './apply-patch.js'
import { createVirtualClock, type VirtualClock } from './virtual-clock.js'
import { createWx, type Pace } from './wx.js'

const bytesOf = (text: string): number => Buffer.byteLength(text)
const allowed = (bytes: number, patches: number): number => 1.3 * bytes + 64 * patches

/** An answer that comes in batches of so many characters, each `shortestMs` to `longestMs` after the one before. */
interface Script { name: string; text: string; characters: number; shortestMs: number; longestMs: number }

/** What a page sends to its view for one answer. Virtual time. */
export async function measureSetData(): Promise<SetDataResult> {
  const chinese = chineseText(4000, 11)
  const code = '```ts\n' + codeText(20_000, 12) + '\n```\n'
  const scripts: Script[] = [
    { name: '4,000 Chinese characters', text: chinese, characters: 10, shortestMs: 80, longestMs: 120 },
    { name: '20 kB code block', text: code, characters: 40, shortestMs: 80, longestMs: 120 },
    { name: '4,000 Chinese characters, fast', text: chinese, characters: 4, shortestMs: 5, longestMs: 40 }
  ]
  const cases: SetDataCase[] = []
  for (const script of scripts) cases.push(await drawAnswer(script), naive(script))
  return { cases }
}

/** Draws one answer on a page, and looks at every patch and at when it comes. */
async function drawAnswer(script: Script): Promise<SetDataCase> {
  const { name, text } = script
  const batches = batchesOf(script)
  const clock = createVirtualClock()
  const { feed, arrivals } = feedOf(batches, clock)
  const platform = wechatPlatform(createWx(feed, unevenly(clock, script)))
  const connection = connect({ platform, url: 'https://bench.invalid/v1', getToken: () => 'none', clock })
  const thread = createThread({ agent: createAgent({ model: openai({ connection, model: 'bench' }) }), platform, id: 'bench', clock })
  const sizes: number[] = []
  const page: DrawnPage = {}
  const shown: Arrival[] = []
  threadView(thread).patches$.subscribe(patch => {
    const sent = JSON.stringify(patch)
    sizes.push(bytesOf(sent))
    // A host's setData copies; so a list that goes on growing behind a patch would show here as a wrong page.
    applyPatch(page as Record<string, unknown>, JSON.parse(sent) as ViewPatch)
    shown.push({ characters: shownText(page).length, at: clock.now() })
  })
  // Not by asking for the state each time: whoever asks gets all text up to now, as a segment of its own.
  let isOver = false
  thread.on('status', status => { isOver = status === 'idle' })
  thread.send('hi')
  for (let i = 0; !isOver; i++) {
    if (i > 1e6) throw new Error('the answer does not end')
    clock.advance(1)
    await undefined
  }
  if (!isDeepStrictEqual(page, JSON.parse(JSON.stringify(viewData(thread.state as never))))) throw new Error('the page differs from the thread')
  if (shownText(page) !== text) throw new Error('wrong text on the page')
  return summarise(name, text, sizes, agesOf(arrivals, shown))
}

/** One event a batch, and a note of when each is handed over. */
function feedOf(batches: readonly string[], clock: VirtualClock): { feed: Feed; arrivals: Arrival[] } {
  const feed = new Feed()
  feed.load([eventsOf(batches)])
  const arrivals: Arrival[] = []
  let characters = 0
  // The first event has the role in it and the last ones bring nothing to draw.
  feed.onRead = index => {
    if (index === 0 || index > batches.length) return
    characters += batches[index - 1]!.length
    arrivals.push({ characters, at: clock.now() })
  }
  return { feed, arrivals }
}

function unevenly(clock: VirtualClock, { shortestMs, longestMs }: Script): Pace {
  const random = createRandom(80)
  return step => {
    const next = (): void => {
      if (step()) wait()
    }
    const wait = (): void => void clock.setTimer(between(random, shortestMs, longestMs), next)
    wait()
  }
}

interface Arrival { characters: number; at: number }
interface DrawnPage { messages?: { role: string; blocks: { segments: string[] }[] }[] }

const shownText = (page: DrawnPage): string => {
  const last = page.messages?.[page.messages.length - 1]
  return last?.role === 'assistant' ? last.blocks.map(block => block.segments.join('')).join('') : ''
}

/** For each batch, how long after its arrival all of it was on the page. */
function agesOf(arrivals: readonly Arrival[], shown: readonly Arrival[]): number[] {
  let at = 0
  return arrivals.map(arrival => {
    while (at < shown.length && shown[at]!.characters < arrival.characters) at++
    if (at === shown.length) throw new Error('a batch was never shown')
    return shown[at]!.at - arrival.at
  })
}

/** What a page sends that sets the whole text at each batch. */
function naive(script: Script): SetDataCase {
  let text = ''
  const sizes = batchesOf(script).map(batch => bytesOf(JSON.stringify({ 'messages[1].text': text += batch })))
  return summarise(`naive: ${script.name}`, text, sizes, [0])
}

function summarise(name: string, text: string, sizes: readonly number[], ages: readonly number[]): SetDataCase {
  const utf8Bytes = bytesOf(text)
  const patchBytes = sizes.reduce((sum, size) => sum + size, 0)
  const ageP95Ms = [...ages].sort((a, b) => a - b)[Math.ceil(ages.length * 0.95) - 1]!
  return { name, utf8Bytes, patches: sizes.length, patchBytes, ageP95Ms, ratio: patchBytes / utf8Bytes, allowedBytes: allowed(utf8Bytes, sizes.length) }
}

/** The stream with every event a chunk of its own. */
function eventsOf(batches: readonly string[]): Uint8Array[] {
  const events = wireWriters.openai({ deltas: batches, seed: 3 }).split('\n\n').filter(event => event !== '' && !event.startsWith(':'))
  return events.map(event => new TextEncoder().encode(`${event}\n\n`))
}

function batchesOf({ text, characters }: Script): string[] {
  return Array.from({ length: Math.ceil(text.length / characters) }, (_, i) => text.slice(i * characters, (i + 1) * characters))
}
