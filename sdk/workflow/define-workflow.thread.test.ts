import { expect, it } from 'vitest'
import { defineWorkflow } from './define-workflow.js'
import { createFlow } from './flow.js'
import { defineStep } from './step.js'
import { defineTool } from '../agent/define-tool.js'
import { fakePlatform, memoryStorage } from '../testkit/fake-platform.js'
import { createTestClock } from '../testkit/test-clock.js'
import { createThread } from '../thread/create-thread.js'
import { deviceStore } from '../thread/device-store.js'

// A workflow where most of them run: in a thread on a phone, over kills.

function createShop() {
  const stored = new Map<string, string>()
  const log: string[] = []
  let release: ((value: unknown) => void) | undefined
  const search = defineStep({ name: 'search', replay: 'idempotent', execute: (text: string) => (log.push('search'), { drink: text }) })
  const order = defineTool({ name: 'order', description: 'Orders.', input: { type: 'object' }, approval: 'ask', execute: args => (log.push('order ' + JSON.stringify(args)), 7) })
  const slow = defineStep({ name: 'slow', replay: 'idempotent', execute: (n: number) => (log.push('slow'), { then: (done: any) => (release = () => done('number ' + n), undefined as never) } as PromiseLike<string>) })
  const agent = defineWorkflow({ name: 'shop', flow: createFlow<string>().then(search).then(order).then(slow) })
  return {
    log,
    release: () => release!(undefined),
    open() {
      const platform = fakePlatform({ storage: memoryStorage(stored) })
      return createThread({ agent, platform, id: 'shop', store: deviceStore(), clock: createTestClock() })
    },
  }
}

it('shows its tools in a thread, asks there, and says what came out', () => {
  const shop = createShop()
  const thread = shop.open()
  thread.send('latte')
  expect(thread.state).toMatchObject({ status: 'waiting', messages: [{ role: 'user' }, { parts: [{ type: 'tool-call', toolName: 'order', state: 'asking', args: { drink: 'latte' } }] }] })
  thread.approve(thread.state.interrupts[0]!.toolCallId!)
  expect(shop.log).toEqual(['search', 'order {"drink":"latte"}', 'slow'])
  shop.release()
  expect(thread.state).toMatchObject({ status: 'idle', messages: [{}, { status: 'complete', parts: [{ type: 'tool-call', state: 'done', result: 7 }, { type: 'text', text: 'number 7' }] }] })
})

it('goes on in a thread after a kill, wherever that came', () => {
  const shop = createShop()
  shop.open().send('latte')
  const asking = shop.open()
  expect(asking.state).toMatchObject({ status: 'waiting', interrupts: [{ id: expect.stringMatching(/\/order$/) }] })
  asking.approve(asking.state.interrupts[0]!.toolCallId!)
  // Killed while the last step ran.
  const thread = shop.open()
  expect(shop.log).toEqual(['search', 'order {"drink":"latte"}', 'slow', 'slow'])
  shop.release()
  expect(thread.state).toMatchObject({ status: 'idle', messages: [{}, { parts: [{ state: 'done', result: 7 }, { text: 'number 7' }] }] })
  expect(thread.state.messages[1]!.parts).toHaveLength(2)
})
