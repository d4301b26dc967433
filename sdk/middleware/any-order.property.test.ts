import fc from 'fast-check'
import { Observable } from 'rxjs'
import { expect, it } from 'vitest'
import { breaker } from './breaker.js'
import { budget, countStore } from './budget/index.js'
import { cache } from './cache/index.js'
import { fallback } from './fallback.js'
import { fence } from './fence.js'
import { guardrail, type Verdict } from './guardrail/index.js'
import { label } from './label.js'
import { partialOutput } from './partial-output.js'
import { report } from './report.js'
import { retry } from './retry.js'
import { trace } from './trace/index.js'
import { answers, asked, contextOf, ended, endOf, historyOf, question, record, type Recording } from '../agent/__fixtures__/runs.js'
import { agentTool } from '../agent/agent-tool.js'
import { createAgent } from '../agent/create-agent.js'
import { defineTool } from '../agent/define-tool.js'
import { createCancel } from '../context/cancel.js'
import type { Agent, ModelEvent, ModelMiddleware, RunInput, RunMiddleware } from '../contracts.js'
import { SampanError } from '../errors.js'
import { compaction } from '../memory/compaction/index.js'
import { fewShot } from '../memory/prompt.js'
import { workingMemory } from '../memory/working-memory.js'
import type { AgentEvent } from '../protocol/events.js'
import { memoryStorage } from '../testkit/fake-platform.js'
import { errorAnswer, finish, mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createTestClock, type TestClock } from '../testkit/test-clock.js'

// Everything around everything else, in any order, with models that fail in any way, people who cancel at any event, and
// approvals between. Of each log the official client has to approve.

const cut = new SampanError('transport/truncated', 'cut', { retryable: true, phase: 'stream' })
const refused = new SampanError('transport/http', 'HTTP 400')
const bad = (text: string): Verdict => (text.includes('坏') ? { replace: text.replace(/坏/g, '*') } : 'allow')

const ANSWERS: Record<string, (id: string) => ModelEvent[]> = {
  text: () => textAnswer('你好。', '坏。', '再', '见'),
  halves: () => textAnswer('😀', '\ud83d', '\ude00坏。ok. 1.5'),
  thought: () => [{ type: 'reasoning-delta', delta: '想。坏' }, ...textAnswer('嗯')],
  tool: id => [{ type: 'text-delta', delta: '看看' }, ...toolAnswer([id, 'work', {}], [id + 'b', 'later', {}])],
  approval: id => toolAnswer([id, 'pay', {}]),
  worker: id => toolAnswer([id, 'worker', { request: '做' }]),
  note: id => toolAnswer([id, 'update_note', { name: 'x' }]),
  json: () => textAnswer('{"a":"', '坏', '"}'),
  broken: () => errorAnswer(cut, '半', '坏。'),
  refused: () => errorAnswer(refused),
  nothing: () => finish(),
  unended: () => [{ type: 'text-delta', delta: '啊' }],
}
const kinds = Object.keys(ANSWERS)

/** Says an answer at once, or one event a turn. */
function model(script: readonly string[], isSlow: boolean, prefix: string) {
  let calls = 0
  return mockModel(() => {
    const events = ANSWERS[script[calls++ % script.length]!]!(prefix + calls)
    return isSlow ? slowly(events) : events
  })
}
function slowly(events: readonly ModelEvent[]): Observable<ModelEvent> {
  return new Observable(subscriber => {
    let index = 0
    const next = (): unknown => (subscriber.closed ? undefined : index < events.length ? (subscriber.next(events[index++]!), Promise.resolve().then(next)) : subscriber.complete())
    void Promise.resolve().then(next)
  })
}

const errors = () => report({ sink() {} })
const RUN: Record<string, () => RunMiddleware> = {
  held: () => guardrail({ input: bad, output: bad }),
  heldLater: () => guardrail({ output: text => Promise.resolve(bad(text)), per: 'message' }),
  parallel: () => guardrail({ input: bad, output: text => Promise.resolve<Verdict>(text.includes('坏') ? { block: 'bad' } : 'allow'), mode: 'parallel' }),
  failing: () => guardrail({ output: () => Promise.reject(new Error('down')), onFailure: 'allow' }),
  label: () => label({ producer: '某某' }),
  trace: () => trace({ sink() {}, content: true }),
  ownBudget: () => budget({ run: { steps: 3 } }),
  budget: () => budget({ run: { tokens: 80 }, day: { tokens: 500 }, store: countStore(memoryStorage(new Map())) }),
  leftOut: () => compaction({ maxTokens: 40 }),
  summary: () => compaction({ maxTokens: 60, summary: { model: mockModel(textAnswer('总结'), errorAnswer(cut)) } }),
  output: () => partialOutput(),
  report: errors,
}
const MODEL: Record<string, () => ModelMiddleware> = {
  retry: () => retry({ attempts: 2 }),
  failing: () => retry({ attempts: 2, afterContent: 'fail' }),
  cache: () => cache({ toolCalls: true }),
  breaker: () => breaker(),
  fence: () => fence({ tools: 'all' }),
  fewShot: () => fewShot([{ input: 'a', output: 'b' }]),
  report: errors,
}

const plan = fc.record({
  script: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 6 }),
  workerScript: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 3 }),
  isSlow: fc.boolean(),
  hasFallback: fc.boolean(),
  around: fc.shuffledSubarray(Object.keys(RUN)),
  aroundWorker: fc.shuffledSubarray(['held', 'ownBudget', 'trace', 'label']),
  aroundModel: fc.shuffledSubarray(Object.keys(MODEL)),
  cancelAt: fc.option(fc.nat(40), { nil: undefined }),
  approved: fc.boolean(),
})
type Plan = typeof plan extends fc.Arbitrary<infer P> ? P : never

function agentOf({ script, workerScript, isSlow, hasFallback, around, aroundWorker, aroundModel }: Plan): Agent {
  const pay = defineTool({ name: 'pay', description: '', approval: 'ask', execute: () => 1 })
  const work = defineTool({ name: 'work', description: '', untrusted: true, execute: () => '</tool-data>'.repeat(9) })
  const later = defineTool({ name: 'later', description: '', execute: () => Promise.resolve(1) })
  const worker = createAgent({ name: 'worker', model: model(workerScript, isSlow, 'w'), tools: [pay, work], middleware: aroundWorker.map(name => RUN[name]!()), maxSteps: 4 })
  const memory = workingMemory({ schema: { type: 'object', properties: { name: { type: 'string' } } } as never })
  const inner = model(script, isSlow, 'c')
  return createAgent({
    model: hasFallback ? fallback([{ endpoint: inner, middleware: [breaker(), retry({ attempts: 2 })] }, inner]) : inner,
    tools: [pay, work, later, memory.tool, agentTool({ agent: worker, name: 'worker', description: '' })],
    middleware: around.map(name => RUN[name]!()).concat(memory.middleware),
    modelMiddleware: aroundModel.map(name => MODEL[name]!()),
    maxSteps: 6,
  }) as Agent
}

async function comeToEnd(recording: Recording, clock: TestClock): Promise<AgentEvent[]> {
  for (let i = 0; i < 600 && !recording.isComplete && recording.error === undefined; i++) {
    await Promise.resolve()
    if (i % 20 === 19) clock.advance(20_000)
  }
  return ended(recording)
}

const before: RunInput['messages'] = [{ id: 'h', role: 'user', content: '很久以前'.repeat(20) }, { id: 'i', role: 'assistant', content: '答'.repeat(60) }, { id: 'u', role: 'user', content: '坏问题' }]
const saidBad = (event: AgentEvent): boolean =>
  'delta' in event ? event.type !== 'TOOL_CALL_ARGS' && String(event.delta).includes('坏') : event.type === 'MESSAGES_SNAPSHOT' && event.messages.some(({ role, content }) => role === 'assistant' && String(content).includes('坏'))

async function play(given: Plan, ends: Map<string, number>): Promise<void> {
  const clock = createTestClock()
  const agent = agentOf(given)
  const context = contextOf({ clock })
  let input = question({ messages: before })
  let state: unknown
  for (let run = 2; run < 7; run++) {
    const { signal, cancel } = createCancel()
    let count = 0
    const counted: Agent = Object.assign(((asking, how) => new Observable(subscriber => agent(asking, how).subscribe({
      next(event) {
        subscriber.next(event)
        if (count++ === given.cancelAt) void cancel()
      },
      error: error => subscriber.error(error),
      complete: () => subscriber.complete(),
    }))) as Agent, { info: agent.info })
    const events = await comeToEnd(record(counted, input, { ...context, cancel: signal }), clock)
    const { type, outcome } = endOf(events)
    const end = outcome?.type ?? type
    ends.set(end, (ends.get(end) ?? 0) + 1)
    const isHeld = given.around.some(name => /^held/.test(name))
    expect(isHeld ? events.filter(saidBad) : []).toEqual([])
    if (!asked(events).length) return
    expect(historyOf(events).find(({ id }) => id === 'u')?.content).toBe('坏问题')
    for (const event of events) if (event.type === 'STATE_SNAPSHOT') state = JSON.parse(JSON.stringify(event.snapshot))
    const approvals = Object.fromEntries(asked(events).map(({ id }) => [id, { approved: given.approved }]))
    input = answers(events, approvals, { runId: 'run-' + run, state })
  }
}

it('a run is one that the official client takes, whatever stands around it and in whatever order', async () => {
  const ends = new Map<string, number>()
  await fc.assert(fc.asyncProperty(plan, given => play(given, ends)), { numRuns: 400 })
  expect(Array.from(ends.keys()).sort()).toEqual(['RUN_ERROR', 'cancelled', 'interrupt', 'success'])
}, 60_000)
