import fc from 'fast-check'
import { Observable } from 'rxjs'
import { defineTool } from '../define-tool.js'
import type { AnyTool, FinishReason, ModelEndpoint, ModelEvent, ReplayPolicy } from '../../contracts.js'
import { SampanError } from '../../errors.js'

/** How a tool of a script behaves. */
export interface ToolScript {
  readonly name: string
  readonly approval: 'allow' | 'ask' | 'deny'
  readonly replay: ReplayPolicy
  readonly requiresGesture: boolean
  readonly behaviour: 'returns' | 'throws' | 'resolves' | 'rejects' | 'hangs' | 'too-large'
}

/** What a script does between two things that happen by themselves. */
export type Turn = 'go' | 'cancel' | 'leave' | 'wait'

/** One random conversation: what the models say, how tools behave, and what the person does. */
export interface Script {
  readonly tools: readonly ToolScript[]
  readonly answers: readonly (readonly ModelEvent[])[]
  /** How each run goes on: which of the things that wait comes next, and what the person does before it. */
  readonly turns: readonly { readonly pick: number; readonly turn: Turn }[]
  readonly decisions: readonly ('yes' | 'no' | 'edited' | 'cancelled')[]
  readonly ledger: 'at-once' | 'slow'
  readonly maxSteps: number
  readonly wrapped: boolean
}

const NAMES = ['first', 'second', 'third']
const IDS = ['x', 'y', 'call_0']

const delta = fc.oneof(
  fc.record({ type: fc.constant('text-delta' as const), delta: fc.constantFrom('好', '') }),
  fc.record({ type: fc.constant('reasoning-delta' as const), delta: fc.constantFrom('想', '') }),
  fc.record({ type: fc.constant('usage' as const), usage: fc.constant({ provider: 'mock', model: 'mock', inputTokens: 1 }) }),
)
const reset = fc.constant<ModelEvent>({ type: 'reset', error: new SampanError('transport/truncated', 'cut') })
const stray = fc.record({ type: fc.constant('tool-call-delta' as const), toolCallId: fc.constantFrom(...IDS), delta: fc.constantFrom('{', '1') })
const call = fc
  .record({ id: fc.constantFrom(...IDS), name: fc.constantFrom(...NAMES, 'unknown'), pieces: fc.constantFrom(['{"n":1}'], ['{"n":1}'], ['{"n":3}'], ['{"n":3}'], ['{"n":', '2}'], ['{"n":'], ['{"n":"no"}'], ['[]'], []) })
  .map<ModelEvent[]>(({ id, name, pieces }) => [
    { type: 'tool-call-start', toolCallId: id, toolCallName: name },
    ...pieces.map<ModelEvent>(piece => ({ type: 'tool-call-delta', toolCallId: id, delta: piece })),
  ])
const end = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<FinishReason>('stop', 'tool-calls').map<ModelEvent[]>(reason => [{ type: 'finish', reason }]) },
  { weight: 2, arbitrary: fc.constantFrom<FinishReason>('length', 'content-filter', 'other').map<ModelEvent[]>(reason => [{ type: 'finish', reason }, { type: 'text-delta', delta: 'late' }]) },
  { weight: 1, arbitrary: fc.constant<ModelEvent[]>([{ type: 'error', error: new SampanError('transport/truncated', 'cut') }]) },
  { weight: 1, arbitrary: fc.constant<ModelEvent[]>([]) },
)
const answer = fc
  .tuple(fc.array(fc.oneof({ weight: 3, arbitrary: call }, { weight: 2, arbitrary: delta.map(event => [event]) }, { weight: 1, arbitrary: stray.map(event => [event]) }, { weight: 1, arbitrary: reset.map(event => [event]) }), { maxLength: 5 }), end)
  .map<ModelEvent[]>(([parts, last]) => parts.flat().concat(last))

const tool = (name: string): fc.Arbitrary<ToolScript> =>
  fc.record({
    name: fc.constant(name),
    approval: fc.constantFrom('allow' as const, 'allow' as const, 'ask' as const, 'ask' as const, 'deny' as const),
    replay: fc.constantFrom<ReplayPolicy>('ask', 'never'),
    requiresGesture: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    behaviour: fc.constantFrom('returns' as const, 'throws' as const, 'resolves' as const, 'rejects' as const, 'hangs' as const, 'too-large' as const),
  })

/** Any script. */
export const anyScript: fc.Arbitrary<Script> = fc.record({
  tools: fc.tuple(tool('first'), tool('second'), tool('third')),
  answers: fc.array(answer, { minLength: 1, maxLength: 5 }),
  turns: fc.array(fc.record({ pick: fc.nat(7), turn: fc.oneof({ weight: 30, arbitrary: fc.constant<Turn>('go') }, { weight: 5, arbitrary: fc.constantFrom<Turn>('cancel', 'leave', 'wait') }) }), { maxLength: 40, size: 'max' }),
  decisions: fc.array(fc.constantFrom('yes' as const, 'yes' as const, 'no' as const, 'edited' as const, 'cancelled' as const), { minLength: 1, maxLength: 6 }),
  ledger: fc.constantFrom('at-once' as const, 'slow' as const),
  maxSteps: fc.integer({ min: 1, max: 6 }),
  wrapped: fc.boolean(),
})

/** Things that will happen when a test lets them: model events, answers of tools, ledgers that are done writing. */
export interface Stage {
  readonly waiting: (() => void)[]
  /** Calls of the model so far. A test that turns it back hears the same answers once more. */
  modelCalls: number
  /** Something that is done when the stage lets it be. It is no promise: all of a script stays in one call stack. */
  later<T>(value: T, fails?: boolean): PromiseLike<T>
}

export function createStage(): Stage {
  const waiting: (() => void)[] = []
  return {
    waiting,
    modelCalls: 0,
    later: (value, fails) => ({ then: (done?: any, failed?: any) => (waiting.push(() => (fails ? failed(new Error('rejected')) : done(value))), undefined as never) }),
  }
}

/** A model whose events wait on a stage. An answer is said in order; after the last one it says nothing new. */
export function stagedModel(answers: readonly (readonly ModelEvent[])[], stage: Stage): ModelEndpoint {
  const model = () =>
    new Observable<ModelEvent>(subscriber => {
      const events = (answers[stage.modelCalls++] ?? [{ type: 'text-delta', delta: '完' }, { type: 'finish', reason: 'stop' }]).slice()
      const say = (): void => {
        if (subscriber.closed) return
        const event = events.shift()
        if (!event) return subscriber.complete()
        stage.waiting.push(say)
        subscriber.next(event)
      }
      stage.waiting.push(say)
    })
  return Object.assign(model, { info: { provider: 'mock', model: 'mock' } })
}

/** A tool that behaves as its script says, and tells when it takes effect. */
export function stagedTool(script: ToolScript, stage: Stage, effect: (toolCallId: string, args: unknown) => void): AnyTool {
  const input = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
  const { name, approval, replay, requiresGesture, behaviour } = script
  return defineTool({
    name,
    description: '',
    input,
    approval: approval === 'deny' ? { deny: 'policy' } : approval,
    replay,
    requiresGesture,
    timeoutMs: 1_000,
    execute(args, { toolCallId }) {
      effect(toolCallId, args)
      if (behaviour === 'throws') throw new Error('thrown')
      if (behaviour === 'hangs') return { then() {} } as never
      if (behaviour === 'too-large') return 'x'.repeat(1_000)
      return behaviour === 'returns' ? 'done' : stage.later('done', behaviour === 'rejects')
    },
  })
}
