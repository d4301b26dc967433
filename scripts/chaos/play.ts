import { connect, createAgent, createThread, defineTool, memoryLedger, type Thread } from '../../sdk/index.js'
import { openai } from '../../sdk/endpoints/openai/index.js'
import type { AgentEvent } from '../../sdk/protocol/index.js'
import { deviceStore } from '../../sdk/thread/device-store.js'
import { socketRung } from '../../sdk/transport/index.js'
import { fastClock, SPEED, wait } from './clock.js'
import { createPhone, type Faults, type Phone, type Way } from './phone.js'
import { createRandom, type Random } from './random.js'
import { totals } from './totals.js'
import { ANSWER, type World } from './world.js'

/** How long a request may be held after its answer, in real milliseconds: far more than it takes, since a leak is for ever. */
const LET_GO_MS = 30_000

/** The longest a run may take in all, in real milliseconds: far more than it takes on a busy machine. */
const LONGEST_MS = 300_000

/** One run of the soak: a person, a phone that is out of luck, and servers that may die. */
export interface Play {
  seed: number
  world: World
  servers: () => readonly string[]
  /** Answers that servers lost, so far: each may cost another call of the model. */
  lost: () => number
  /** The phone forgets which tools it has run: to see that the checks would notice. */
  forgets?: boolean
  /** Whether what the soak is played for has been seen: the run stops where it is. Default: never. */
  isOver?: () => boolean
}

/** What one run saw and did: the invariants are checked on it. */
interface Diary {
  /** Calls by their tool's effect: the turn the person asked for, and the call in it. Those of which one is enough. */
  keys: Set<string>
  /** Calls that were told to have worked. */
  told: Set<string>
  /** What a tool is to tell its server, by call: always the same. */
  idempotencyKeys: Map<string, string>
  /** Times a person sent the message, and asked for its answer again. */
  sends: number
  retries: number
  kills: number
  /** The last event of a run. */
  last: string
  broken: string[]
}

/** Plays one run and says what of the promises was broken. */
export async function play(options: Play): Promise<string[]> {
  const { seed, world, servers, lost, isOver = () => false } = options
  const random = createRandom(seed)
  const way = random.pick<Way>(['bytes', 'bytes', 'text', 'poll', 'socket'])
  const faults: Faults = { noConnection: random.next() * 0.2, drop: random.next() * 0.5, stall: random.next() * 0.15, twice: random.next() * 0.2 }
  const kept = new Map<string, string>()
  const diary: Diary = { keys: new Set(), told: new Set(), idempotencyKeys: new Map(), sends: 0, retries: 0, kills: 0, last: '', broken: [] }
  const lostBefore = lost()
  const until = Date.now() + LONGEST_MS
  const name = `chaos ${seed}`
  const open = (phoneSeed: number): Life => openLife(options, createPhone(phoneSeed, way, faults, kept, servers), way, diary)
  let life = open(seed)
  let step = ''
  while (!diary.broken.length && !isOver() && (step = nextStep(life.thread, name)) !== 'done') {
    if (Date.now() > until) {
      diary.broken.push(`it did not come to an end: ${step}; open: ${life.phone.open.join()}; last: ${diary.last}; ${JSON.stringify(life.thread.state).slice(-600)}`)
      break
    }
    act(step, life, name, diary)
    await wait(random.between(1, 12))
    await disturb(life.phone, random)
    if (diary.kills < 4 && random.chance(0.04)) {
      life.end()
      life = open(seed + 1000 * ++diary.kills)
    }
  }
  if (!isOver()) await checkEnd(life, diary)
  life.end()
  totals.runs++
  totals.kills += diary.kills
  totals.retries += diary.retries
  return diary.broken.concat(checkPrice(diary, name, world, lost() - lostBefore), checkEffects(diary, world)).map(text => `seed ${seed} (${way}): ${text}`)
}

interface Life { phone: Phone; thread: Thread; end(): void }

/** Opens the app on the phone: what a page of a real one does. */
function openLife({ seed, world, forgets }: Play, phone: Phone, way: Way, diary: Diary): Life {
  const connection = connect({
    platform: phone, url: 'http://gateway.test', clock: fastClock,
    ...(way === 'socket' && { socket: socketRung }),
    // Far more than an answer takes where nothing happens to it: on a busy machine nobody would get through otherwise.
    timeouts: { connectMs: 2000 * SPEED, firstByteMs: 1200 * SPEED, idleMs: 600 * SPEED },
  })
  const random = createRandom(seed ^ 0x5bd1e995)
  const agent = createAgent({ model: openai({ connection, model: 'default' }), tools: toolsOf(seed, world, random, diary), instructions: 'You are a barista.' })
  const thread = createThread({ agent, platform: phone, id: 'chaos', store: deviceStore(), clock: fastClock, flushMs: 40 * SPEED, ...(forgets && { context: { ledger: memoryLedger() } }) })
  const stop = watch(thread, diary)
  return {
    phone,
    thread,
    end() {
      stop()
      phone.kill()
      thread.dispose()
    },
  }
}

function toolsOf(seed: number, world: World, random: Random, diary: Diary) {
  const tool = (name: string, more: object) =>
    defineTool({
      name,
      description: name,
      input: { type: 'object' },
      ...more,
      async execute(_args: unknown, { toolCallId, idempotencyKey }) {
        // A turn that is asked for again has effects of its own.
        const key = [seed, diary.sends + diary.retries, toolCallId].join(' ')
        // What may be repeated is told apart by its key, which its server sees twice.
        if (name !== 'find') diary.keys.add(key)
        const before = diary.idempotencyKeys.get(key) ?? idempotencyKey
        if (before !== idempotencyKey && name !== 'find') diary.broken.push(`${name} was given another idempotency key the second time`)
        diary.idempotencyKeys.set(key, idempotencyKey)
        const isHeard = !random.chance(0.1)
        await fetch(`${world.url}/effect`, { method: 'POST', body: JSON.stringify({ key, isHeard }) })
        if (name !== 'find' && world.effects(key) > 1) diary.broken.push(`${name} had its effect twice (${key})`)
        diary.told.add(key)
        return { ok: true }
      },
    })
  return [tool('find', { replay: 'idempotent' }), tool('note', { replay: 'never' }), tool('order', { replay: 'ask', approval: 'ask' })]
}

/** Law 3, on every run of every life: one start, one end, nothing after it. */
function watch(thread: Thread, diary: Diary): () => void {
  const { broken } = diary
  let isOpen = false
  return thread.on('event', (event: AgentEvent) => {
    diary.last = event.type
    if (event.type === 'RUN_STARTED') isOpen = true
    else if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') {
      // A run that could not even begin only says that.
      if (!isOpen && event.type === 'RUN_FINISHED') broken.push('a run ended that had not begun')
      isOpen = false
    } else if (!isOpen) broken.push(`${event.type} outside a run`)
  })
}

/** What the person does next. */
function nextStep({ state }: Thread, name: string): 'wait' | 'send' | 'approve' | 'again' | 'done' {
  const { status, messages } = state
  if (status === 'restoring' || status === 'running') return 'wait'
  if (status === 'waiting') return 'approve'
  if (!messages.some(({ role, parts }) => role === 'user' && parts[0]?.type === 'text' && parts[0].text === name)) return 'send'
  const last = messages[messages.length - 1]!
  if (last.role === 'assistant' && last.status === 'complete') return 'done'
  return 'again'
}

function act(step: string, { thread }: Life, name: string, diary: Diary): void {
  if (step === 'send') {
    diary.sends++
    thread.send(name)
  } else if (step === 'again') {
    diary.retries++
    thread.regenerate()
  } else if (step === 'approve') thread.state.interrupts.forEach(({ toolCallId = '', metadata }) => {
    // Asked about a call that may have had its effect, a careful person says no.
    if ((metadata?.sampan as { mayHaveRun?: boolean } | undefined)?.mayHaveRun) thread.deny(toolCallId)
    else thread.approve(toolCallId)
  })
}

/** What a day does to a phone. */
async function disturb(phone: Phone, random: Random): Promise<void> {
  if (random.chance(0.05)) {
    phone.signal('hide')
    await wait(random.between(1, 20))
    phone.signal('show')
  }
  if (random.chance(0.05)) {
    phone.signal('offline')
    await wait(random.between(1, 20))
    phone.signal('online')
  }
}

async function checkEnd({ thread, phone }: Life, { broken }: Diary): Promise<void> {
  const { messages, status } = thread.state
  if (status !== 'idle') return
  const texts = messages[messages.length - 1]!.parts.flatMap(part => (part.type === 'text' ? [part.text] : []))
  if (texts.join('|') !== ANSWER.join('|')) broken.push(`the answer reads ${JSON.stringify(texts)}`)
  if (messages.filter(({ role }) => role === 'user').length !== 1) broken.push(`${messages.length} messages where two are due`)
  // A socket may stay for the next answer, and a response is given a moment to end by itself.
  const held = (): string[] => phone.open.filter(url => !url.startsWith('ws'))
  for (const until = Date.now() + LET_GO_MS; held().length && Date.now() < until; ) await wait(5)
  if (held().length) broken.push(`still open: ${held().join()}`)
}

/** No answer is paid for twice, but for those that a server lost or a person asked for again. */
function checkPrice({ sends, retries }: Diary, name: string, world: World, lost: number): string[] {
  return ANSWER.flatMap((_, step) => {
    const asked = world.asked(name, step)
    const allowed = sends + retries + lost
    return asked > allowed ? [`the model was asked ${asked} times for step ${step}; ${allowed} at most are explained`] : []
  })
}

function checkEffects({ keys, told }: Diary, world: World): string[] {
  const often = [...keys].filter(key => world.effects(key) > 1).map(key => `the effect of ${key} happened ${world.effects(key)} times, and not all were heard of`)
  return often.concat([...told].filter(key => world.effects(key) === 0).map(key => `the effect of ${key} was told and never happened`))
}
