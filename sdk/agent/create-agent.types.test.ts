import { describe, expectTypeOf, it } from 'vitest'
import * as classic from 'zod'
import * as mini from 'zod/mini'
import type { ApprovalPolicy } from './approval.js'
import { createAgent } from './create-agent.js'
import { defineTool } from './define-tool.js'
import type { Agent, AnyTool, ApprovalDecision, Tool } from '../contracts.js'
import { mockModel } from '../testkit/mock-model.js'
import { createThread } from '../thread/create-thread.js'
import type { MessagePart, ToolCallPart } from '../thread/messages.js'

// What stands here is checked by the compiler; running it only proves that it can be written like this.

interface Drink { name: string; price: number }

const find = defineTool({
  name: 'find',
  description: '',
  input: mini.object({ keyword: mini.string(), limit: mini.optional(mini.number()) }),
  execute: (args): Drink[] => {
    expectTypeOf(args).toEqualTypeOf<{ keyword: string; limit?: number | undefined }>()
    return []
  },
})
const order = defineTool({
  name: 'order',
  description: '',
  input: classic.object({ drink: classic.string(), at: classic.coerce.date(), count: classic.number().default(1) }),
  approval: args => {
    expectTypeOf(args).toEqualTypeOf<{ drink: string; at: Date; count: number }>()
    return 'ask'
  },
  execute: async args => {
    expectTypeOf(args).toEqualTypeOf<{ drink: string; at: Date; count: number }>()
    return { number: 7 }
  },
})
const plain = defineTool({
  name: 'plain',
  description: '',
  input: { type: 'object', properties: { x: { type: 'number' } } },
  execute: args => {
    expectTypeOf(args).toBeAny()
    return args.x as number
  },
})
const nothing = defineTool({
  name: 'nothing',
  description: '',
  execute: args => {
    expectTypeOf(args).toEqualTypeOf<Record<string, never>>()
    return 'ok' as const
  },
})
const choose = defineTool({ name: 'choose', description: '', input: mini.object({ tables: mini.array(mini.string()) }), output: mini.object({ table: mini.string() }) })
type Tools = typeof find | typeof order | typeof plain | typeof nothing | typeof choose

describe('the types of a tool', () => {
  it('are its name, what its schema makes of the arguments, and what it answers in the end', () => {
    expectTypeOf(find).toEqualTypeOf<Tool<'find', { keyword: string; limit?: number | undefined }, Drink[]>>()
    expectTypeOf(order).toEqualTypeOf<Tool<'order', { drink: string; at: Date; count: number }, { number: number }>>()
    expectTypeOf(plain).toEqualTypeOf<Tool<'plain', any, number>>()
    expectTypeOf(nothing).toEqualTypeOf<Tool<'nothing', Record<string, never>, 'ok'>>()
  })
  it('are those of its output schema where nobody executes it', () => {
    expectTypeOf(choose).toEqualTypeOf<Tool<'choose', { tables: string[] }, { table: string }>>()
  })
  it('do not let it answer with something else than its output', () => {
    defineTool({
      name: 'wrong',
      description: '',
      output: mini.object({ price: mini.number() }),
      // @ts-expect-error a price is a number
      execute: () => ({ price: 'twelve' }),
    })
  })
  it('fit a tool of any kind', () => {
    expectTypeOf<Tools>().toExtend<AnyTool>()
  })
})

describe('an agent', () => {
  const agent = createAgent({
    model: mockModel(),
    tools: [find, order, plain, nothing, choose],
    approval: {
      find: 'allow',
      order: args => {
        expectTypeOf(args).toEqualTypeOf<{ drink: string; at: Date; count: number }>()
        return args.count > 5 ? { deny: 'too many' } : 'ask'
      },
      '*': 'ask',
    },
  })
  it('knows its tools', () => {
    expectTypeOf(agent).toEqualTypeOf<Agent<Tools>>()
    expectTypeOf(agent).toExtend<Agent>()
  })
  it('without tools knows none', () => {
    const bare = createAgent({ model: mockModel(), approval: { '*': 'ask' } })
    expectTypeOf(bare).toEqualTypeOf<Agent<never>>()
  })
  it('takes tools that are only known at run time, and any policy for them', () => {
    const tools: AnyTool[] = []
    createAgent({ model: mockModel(), tools, approval: { whatever: 'ask' } })
  })
  it('has no rule for a tool that it does not have', () => {
    createAgent({
      model: mockModel(),
      tools: [find],
      approval: {
        // @ts-expect-error the tool is called find
        fnid: 'ask',
      },
    })
  })
  it('has no rule that decides something unheard of', () => {
    // @ts-expect-error allow, ask, or a denial
    createAgent({ model: mockModel(), tools: [find], approval: { find: () => 'maybe' } })
  })
  it('takes a policy that was written apart', () => {
    const policy: ApprovalPolicy<typeof order | typeof find> = { order: ({ count }) => (count > 1 ? 'ask' : 'allow') }
    createAgent({ model: mockModel(), tools: [order, find], approval: policy })
    const anyPolicy: ApprovalPolicy = { order: (): ApprovalDecision => 'ask' }
    createAgent({ model: mockModel(), tools: [order as AnyTool], approval: anyPolicy })
  })
})

describe('a thread', () => {
  const thread = createThread({ id: 't', agent: createAgent({ model: mockModel(), tools: [find, order, plain, nothing, choose] }) })
  type Part = (typeof thread)['state']['messages'][number]['parts'][number]
  type CallOf<Name> = Extract<Part, { toolName: Name }>

  it('shows the parts of messages by the name of their tool', () => {
    expectTypeOf<Part>().toEqualTypeOf<MessagePart<Tools>>()
    expectTypeOf<CallOf<'find'>['args']>().toEqualTypeOf<Partial<{ keyword: string; limit?: number | undefined }>>()
    expectTypeOf<CallOf<'find'>['result']>().toEqualTypeOf<Drink[] | undefined>()
    expectTypeOf<CallOf<'order'>['args']>().toEqualTypeOf<Partial<{ drink: string; at: Date; count: number }>>()
    expectTypeOf<CallOf<'order'>['result']>().toEqualTypeOf<{ number: number } | undefined>()
    expectTypeOf<CallOf<'choose'>['result']>().toEqualTypeOf<{ table: string } | undefined>()
    expectTypeOf<CallOf<'unknown'>>().toBeNever()
  })
  it('tells one tool from another where the name is looked at', () => {
    const look = (part: ToolCallPart<Tools>): unknown => {
      if (part.toolName === 'find') {
        expectTypeOf(part.result).toEqualTypeOf<Drink[] | undefined>()
        return part.args.keyword
      }
      if (part.toolName === 'nothing') expectTypeOf(part.result).toEqualTypeOf<'ok' | undefined>()
      return undefined
    }
    expectTypeOf(look).toBeFunction()
  })
})
