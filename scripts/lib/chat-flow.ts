/**
 * A conversation as a page would have it, for engines of every kind: text streams in, a tool runs, an approval is asked
 * and given, an answer is stopped. The text of a function `(require, wx, report) => void` in the oldest JavaScript we
 * support; it reports one summary when all is over, or the error that kept it from getting there.
 */
export const CHAT_FLOW = `function (require, wx, report) {
  var sampan = require('index'), z = require('zod').z
  var menu = [{ id: 'latte', name: '冰拿铁', price: 26 }, { id: 'americano', name: '美式', price: 19 }]
  var effects = [], log = [], said = '', asked = [], wanted = ['来一杯冰拿铁', '请把介绍全部告诉我'], deltas = 0
  var platform = require('adapters/wechat').wechatPlatform(wx)
  var findDrinks = sampan.defineTool({
    name: 'findDrinks', description: '按关键词查找菜单上的饮品。Finds drinks on the menu by a keyword.',
    input: z.object({ keyword: z.string() }),
    execute: function (args) { effects.push('find'); return { drinks: menu.filter(function (drink) { return args.keyword.indexOf('美式') < 0 || drink.id !== 'latte' }) } }
  })
  var createOrder = sampan.defineTool({
    name: 'createOrder', description: '下单。Places an order for a drink; the guest confirms it on screen.',
    // Plain JSON Schema: the other way to write down what a tool takes.
    input: { type: 'object', properties: { drinkId: { type: 'string', description: '饮品编号' } }, required: ['drinkId'] },
    approval: 'ask',
    execute: function (args) { effects.push('order ' + args.drinkId); return { number: '007' } }
  })
  var gateway = sampan.connect({ platform: platform, url: wx.gatewayUrl || 'https://ai.example.com' })
  var agent = sampan.createAgent({
    model: require('endpoints/openai').openai({ connection: gateway, model: 'default' }),
    tools: [findDrinks, createOrder],
    instructions: '你是舢板咖啡的店员。舢板咖啡在河边，桂花拿铁是招牌，冷萃浸泡十二小时，凤凰单丛有蜜兰香。Open every day from seven to nine. 🛶'
  })
  var thread = sampan.createThread({ agent: agent, platform: platform, id: 'engine', store: require('thread/device-store').deviceStore() })
  thread.on('event', function (event) { if (log[log.length - 1] !== event.type) log.push(event.type) })
  thread.on('text', function (delta) {
    deltas += 1
    said += delta
    if (!wanted.length && deltas > stopAfter) thread.cancel()
  })
  thread.on('error', function (error) { finish('error ' + error.code + ': ' + error.text) })
  thread.on('status', function (status) {
    if (status === 'waiting') {
      asked = asked.concat(thread.state.interrupts.map(function (open) { return open.metadata.sampan.toolName }))
      thread.approve(thread.state.interrupts[0].toolCallId)
    } else if (status === 'idle') next()
  })
  var stopAfter = Infinity, isOver = false
  function next() {
    if (!wanted.length) return finish()
    var words = wanted.shift()
    if (!wanted.length) stopAfter = deltas + 2
    setTimeout(function () { thread.send(words) }, 0)
  }
  function finish(error) {
    if (isOver) return
    isOver = true
    var parts = []
    thread.state.messages.forEach(function (message) { parts.push(message.role + ' ' + message.status + ': ' + message.parts.map(function (part) { return part.type === 'text' ? part.text : part.toolName + ' ' + part.state }).join(' | ')) })
    report({ error: error || null, effects: effects, asked: asked, log: log, parts: parts, said: said })
  }
  if (thread.state.status === 'idle') next()
}`

/** The doors that {@link CHAT_FLOW} requires. */
export const CHAT_DOORS = ['index', 'zod', 'adapters/wechat', 'endpoints/openai', 'thread/device-store']

/** What {@link CHAT_FLOW} reports. */
export interface ChatReport {
  error: string | null
  /** What the tools did, in order. */
  effects: string[]
  /** Tools a person was asked about. */
  asked: string[]
  /** Types of events, without repeats in a row. */
  log: string[]
  /** Messages, in short. */
  parts: string[]
  /** All text that streamed in. */
  said: string
}
