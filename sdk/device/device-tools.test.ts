import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Cancelled } from './call-device.js'
import { chooseMediaTool, type ChosenMedia } from './choose-media.js'
import { locationTool, type Location } from './location.js'
import { paymentTool } from './payment.js'
import { recorderTools, type Recording } from './recorder.js'
import { scanCodeTool } from './scan-code.js'
import { shareTool } from './share.js'
import { subscribeMessageTool, type Subscribed } from './subscribe-message.js'
import { wechatPlatform } from '../../adapters/wechat/wechat-platform.js'
import { createAgent } from '../agent/create-agent.js'
import { createCancel } from '../context/cancel.js'
import type { AnyTool } from '../contracts.js'
import { mockModel, textAnswer, toolAnswer } from '../testkit/mock-model.js'
import { createWxFake } from '../testkit/wx-fake.js'
import { createThread } from '../thread/create-thread.js'

// Device tools where they are used: in an agent, in a thread, on the real adapter of WeChat.

function chatWith(toolName: string, args: object, makeTool: (platform: ReturnType<typeof wechatPlatform>) => AnyTool) {
  const asked: [string, object][] = []
  const listened: string[] = []
  const { wx } = createWxFake()
  const apis = Object.fromEntries(['scanCode', 'getLocation', 'requestPayment'].map(name => [name, ({ success, fail: _fail, ...rest }: any) => {
    asked.push([name, rest])
    success({ result: 'table 7', latitude: 1, longitude: 2 })
  }]))
  const host = new Proxy({ ...wx, ...apis }, {
    get(target, name) {
      listened.push(String(name))
      return Reflect.get(target, name)
    },
  })
  const platform = wechatPlatform(host as never)
  const model = mockModel(toolAnswer(['c', toolName, args]), textAnswer('好'))
  const thread = createThread({ id: 't', platform, agent: createAgent({ model, tools: [makeTool(platform)] }) })
  const until = (status: string) => new Promise<void>(resolve => {
    if (thread.state.status === status) return resolve()
    const stop = thread.on('status', now => {
      if (now !== status) return
      stop()
      resolve()
    })
  })
  return { asked, listened, model, thread, until }
}

describe('in a thread, device tools', () => {
  it('call the host inside the very tap that approves them', async () => {
    const { asked, thread, until, model } = chatWith('scanCode', {}, scanCodeTool)
    await until('idle')
    thread.send('扫一下')
    await until('waiting')
    expect(asked).toEqual([])
    thread.approve('c')
    expect(asked).toEqual([['scanCode', { onlyFromCamera: false }]])
    await until('idle')
    expect(model.requests[1]!.messages.at(-1)).toMatchObject({ role: 'tool', content: '{"text":"table 7"}' })
    thread.dispose()
  })
  it('wait for a button of the host where they have no execute, and take its answer', async () => {
    const { thread, until, model } = chatWith('share', { title: '菜单' }, platform => shareTool(platform))
    await until('idle')
    thread.send('分享')
    await until('waiting')
    const part = thread.state.messages.at(-1)!.parts[0] as { interrupt?: { id: string } }
    thread.answer(part.interrupt!.id, { shared: true })
    await until('idle')
    expect(model.requests[1]!.messages.at(-1)).toMatchObject({ role: 'tool', content: '{"shared":true}' })
    thread.dispose()
  })
  it('tell the model in words what it cannot have', async () => {
    const { thread, until, model } = chatWith('pay', { orderId: 'o' }, platform => paymentTool(platform, { paymentOf: () => undefined }))
    await until('idle')
    thread.send('付款')
    await until('waiting')
    thread.approve('c')
    await until('idle')
    expect(model.requests[1]!.messages.at(-1)).toMatchObject({ content: 'Error: there is nothing to pay for order o. Create it first.' })
    thread.dispose()
  })
  it('never listen for the consent that the app asks for itself', async () => {
    const { thread, until, listened } = chatWith('getLocation', {}, locationTool)
    await until('idle')
    thread.send('附近')
    await until('waiting')
    thread.approve('c')
    await until('idle')
    expect(listened).toContain('getLocation')
    expect(listened.filter(name => /privacy/i.test(name))).toEqual([])
    thread.dispose()
  })
  it('get objects of the host through its adapter', async () => {
    let heard: () => void
    const manager = { start() {}, stop() {}, onStart: (listener: () => void) => (heard = listener), onStop() {}, onError() {} }
    const host = { ...createWxFake().wx, prefix: manager, getRecorderManager(this: { prefix: object }) { return this.prefix } }
    const [start] = recorderTools(wechatPlatform(host as never))
    const context = { toolCallId: 'c', idempotencyKey: 'c', threadId: 't', runId: 'r', cancel: createCancel().signal, progress() {} }
    const started = start.execute!({}, context)
    heard!()
    expect(await started).toEqual({ recording: true })
    const [missing] = recorderTools(wechatPlatform(createWxFake().wx as never))
    await expect((async () => missing.execute!({}, context))()).rejects.toMatchObject({ code: 'platform/unsupported' })
  })
})

describe('the types of device tools', () => {
  const platform = wechatPlatform(createWxFake().wx as never)
  const agent = createAgent({
    model: mockModel(),
    tools: [
      locationTool(platform),
      chooseMediaTool(platform, { approval: ({ kind }) => (kind === 'video' ? { deny: 'too large' } : 'ask') }),
      subscribeMessageTool(platform, { topics: { orderReady: 'id' } }),
      shareTool(platform),
      ...recorderTools(platform),
    ],
  })
  const thread = createThread({ id: 't', agent })
  type Part = (typeof thread)['state']['messages'][number]['parts'][number]
  type CallOf<Name> = Extract<Part, { toolName: Name }>

  it('reach the parts of messages', () => {
    expectTypeOf<CallOf<'getLocation'>['args']>().toEqualTypeOf<Partial<{ precise?: boolean | undefined }>>()
    expectTypeOf<CallOf<'getLocation'>['result']>().toEqualTypeOf<Location | Cancelled | undefined>()
    expectTypeOf<CallOf<'chooseMedia'>['result']>().toEqualTypeOf<ChosenMedia | Cancelled | undefined>()
    expectTypeOf<CallOf<'subscribeMessage'>['args']>().toEqualTypeOf<Partial<{ topics: 'orderReady'[] }>>()
    expectTypeOf<CallOf<'subscribeMessage'>['result']>().toEqualTypeOf<Subscribed<'orderReady'> | Cancelled | undefined>()
    expectTypeOf<CallOf<'share'>['result']>().toEqualTypeOf<{ shared: boolean } | undefined>()
    expectTypeOf<CallOf<'stopRecording'>['result']>().toEqualTypeOf<Recording | undefined>()
  })
  it('do not let a payment run without asking', () => {
    // @ts-expect-error it asks, or is denied
    paymentTool(platform, { paymentOf: () => undefined, approval: () => 'allow' })
    // @ts-expect-error the topics are the app's
    subscribeMessageTool(platform, { topics: { orderReady: 'id' }, approval: ({ topics }) => (topics[0] === 'news' ? 'ask' : 'allow') })
  })
})
