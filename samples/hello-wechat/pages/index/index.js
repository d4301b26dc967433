const { connect, createAgent, createThread, defineTool } = require('sampan')
const { openai } = require('sampan/endpoints/openai')
const { wechatPlatform } = require('sampan/adapters/wechat')
const { deviceStore } = require('sampan/thread/device-store')
const { threadBehavior } = require('sampan/view/behavior')

const menu = [{ id: 'latte', name: '拿铁 latte', yuan: 26 }, { id: 'americano', name: '美式 americano', yuan: 19 }, { id: 'oolong', name: '单丛乌龙 oolong', yuan: 24 }]

// Plain JSON Schema: `z` of `sampan/zod` does as well, and adds 42 kB, since "build npm" copies whole files.
const object = properties => ({ type: 'object', properties, required: Object.keys(properties) })
const findDrinks = defineTool({
  name: 'findDrinks',
  description: '按关键词查找菜单上的饮品。Finds drinks on the menu by a keyword.',
  input: object({ keyword: { type: 'string' } }),
  execute: ({ keyword }) => ({ drinks: menu.filter(drink => drink.name.includes(keyword.toLowerCase())) }),
})
const createOrder = defineTool({
  name: 'createOrder',
  description: '下单，顾客会在屏幕上确认。Places an order; the guest confirms it on screen.',
  input: object({
    drinkId: { type: 'string' },
    size: { enum: ['small', 'medium', 'large'] },
    quantity: { type: 'integer', minimum: 1 },
    iced: { type: 'boolean' },
  }),
  approval: 'ask',
  execute: order => ({ ...order, number: Date.now() % 1000 }),
})

const platform = wechatPlatform()
const gateway = connect({ platform, url: 'http://127.0.0.1:8787' })
const model = openai({ connection: gateway, model: 'default' })
const agent = createAgent({ model, tools: [findDrinks, createOrder], instructions: '你是舢板咖啡的店员，回答简短。先查菜单再下单。' })
const thread = createThread({ agent, platform, id: 'barista', store: deviceStore() })

Page({
  behaviors: [threadBehavior(thread, Behavior)],
  data: { draft: '' },
  onConfirm(event) {
    this.onSend(event)
    this.setData({ draft: '' })
  },
})
