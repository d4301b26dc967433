import { describe, expect, it } from 'vitest'
import { decide } from './decide.js'
import { home } from './score/home.js'
import { parcel } from './score/parcel.js'
import { scoreModel } from './score/score.js'
import type { Answer, ChatCompletionRequest, WireMessage, WireTool } from './wire.js'

const clock = { now: Date.UTC(2026, 10, 24, 2, 0), utcOffsetMinutes: 480 }
const fn = (name: string, description: string, properties: Record<string, unknown>, required: string[]): WireTool => ({
  type: 'function', function: { name, description, parameters: { type: 'object', properties, required } },
})
const bar = [
  fn('findDrinks', 'Finds drinks on the menu by a keyword: a name, a taste, milk, tea, decaf. Prices are in yuan.', { keyword: { type: 'string' } }, ['keyword']),
  fn('createOrder', 'Places an order. Use a drinkId that findDrinks returned.', {
    drinkId: { type: 'string' }, size: { type: 'string', enum: ['small', 'medium', 'large'] },
    quantity: { type: 'integer', minimum: 1, maximum: 9 }, iced: { type: 'boolean' }, note: { type: 'string' },
  }, ['drinkId', 'size', 'quantity', 'iced']),
]
const latte = { id: 'latte', name: { zh: '拿铁', en: 'Latte' }, prices: { small: 22, large: 30 }, served: ['hot', 'iced'] }
const osmanthus = { id: 'osmanthus', name: { zh: '桂花拿铁', en: 'Osmanthus Latte' }, prices: { small: 26, large: 34 }, served: ['hot', 'iced'] }
const dirty = { id: 'dirty', name: { zh: '脏咖啡', en: 'Dirty' }, prices: { small: 28 }, served: ['iced'] }

/** Talks, with tools that answer from a table, and gives all answers. */
function talk(says: string[], results: Record<string, unknown> = {}, more: Partial<ChatCompletionRequest> = {}): Answer[] {
  const messages: WireMessage[] = []
  const answers: Answer[] = []
  for (const content of says) {
    messages.push({ role: 'user', content })
    for (let step = 0; step < 5; step++) {
      const answer = decide({ tools: bar, ...more, messages }, clock)
      answers.push(answer)
      const calls = answer.calls.map(({ name, arguments: args }, index) => ({
        id: `${messages.length}.${index}`, type: 'function' as const, function: { name, arguments: JSON.stringify(args) },
      }))
      messages.push({ role: 'assistant', content: answer.text, tool_calls: calls })
      if (calls.length === 0) break
      for (const call of calls) {
        const result = results[call.function.name] ?? null
        messages.push({ role: 'tool', tool_call_id: call.id, content: typeof result === 'string' ? result : JSON.stringify(result) })
      }
    }
  }
  return answers
}

describe('an order', () => {
  const found = { drinks: [latte, osmanthus] }
  it('looks a drink up, takes its id from the result and the rest from the words, and tells what came of it', () => {
    const placed = { drinkId: 'latte', size: 'large', quantity: 1, iced: true, id: 'call_1', number: '001', total: 30, at: 1_795_000_000_000 }
    const [lookup, order, told] = talk(['来一杯大杯冰拿铁'], { findDrinks: found, createOrder: placed })
    expect(lookup!.calls).toEqual([{ name: 'findDrinks', arguments: { keyword: '拿铁' } }])
    expect(order!.calls).toEqual([{ name: 'createOrder', arguments: { drinkId: 'latte', size: 'large', quantity: 1, iced: true } }])
    expect(told!.calls).toEqual([])
    expect(told!.text).toBe('好了：饮品 拿铁，规格 大，数量 1，冰，号码 001，合计 ¥30。')
  })
  it('speaks English to those who do', () => {
    const [lookup, order, told] = talk(['A large iced latte, please'], { findDrinks: found, createOrder: { drinkId: 'latte', total: 30 } })
    expect(lookup!.calls[0]!.arguments).toEqual({ keyword: 'latte' })
    expect(order!.calls[0]!.arguments).toEqual({ drinkId: 'latte', size: 'large', quantity: 1, iced: true })
    expect(told!.text).toBe('Done: drink Latte, total ¥30.')
  })
  it('asks for one missing thing at a time, and keeps what was said before', () => {
    const answers = talk(['来两杯拿铁', '大杯', '热的'], { findDrinks: found })
    expect(answers.map(({ asks }) => asks).filter(Boolean)).toEqual(['size', 'iced'])
    expect(answers.find(({ asks }) => asks === 'size')!.text).toBe('请问要小还是大？')
    expect(answers.at(-2)!.calls[0]!.arguments).toEqual({ drinkId: 'latte', size: 'large', quantity: 2, iced: false })
  })
  it('takes what a thing only comes in, and asks before it takes another size than was said', () => {
    const answers = talk(['要一杯大杯的脏咖啡', '可以'], { findDrinks: { drinks: [dirty] } })
    expect(answers[1]).toMatchObject({ asks: 'size', text: '只有小的，可以吗？' })
    expect(answers[2]!.calls[0]!.arguments).toEqual({ drinkId: 'dirty', size: 'small', quantity: 1, iced: true })
  })
  it('lists what was found with prices, and takes one by its place in the list', () => {
    const answers = talk(['推荐一杯不太甜的', '第二个，大杯，冰的'], { findDrinks: found })
    expect(answers[0]!.calls[0]!.arguments).toEqual({ keyword: '不甜' })
    expect(answers[1]!.text).toContain('1. 拿铁，¥22–30\n2. 桂花拿铁，¥26–34')
    expect(answers[2]!.calls[0]!.arguments).toMatchObject({ drinkId: 'osmanthus', size: 'large', iced: true })
  })
  it('says so when nothing was found, and asks for something else', () => {
    const answers = talk(['来杯手冲'], { findDrinks: { drinks: [] } })
    expect(answers[1]).toMatchObject({ asks: 'drinkId', calls: [] })
    expect(answers[1]!.text).toContain('没有找到与「手冲」有关的内容')
  })
  it('does not do again what was denied, and asks what to do instead', () => {
    const denied = { findDrinks: found, createOrder: 'Denied: the person said no.' }
    const zh = talk(['来一杯大杯冰拿铁'], denied)
    expect(zh).toHaveLength(3)
    expect(zh[2]).toMatchObject({ calls: [], text: '好的，这件事没有办。您想怎么改，或者换成什么？' })
    expect(talk(['A large iced latte, please'], { ...denied, createOrder: 'Denied: too late today' })[2]!.text).toContain('not done (too late today)')
  })
  it('says what an error says, and does not try again', () => {
    const answers = talk(['来一杯大杯冰拿铁'], { findDrinks: found, createOrder: 'Error: the shop is closed' })
    expect(answers).toHaveLength(3)
    expect(answers[2]!.text).toBe('没有办成：the shop is closed')
    expect(talk(['来一杯大杯冰拿铁'], { findDrinks: { error: 'no network' } })[1]!.text).toBe('没有办成：no network')
  })
  it('drops a question when told to, and leaves it for another wish', () => {
    expect(talk(['来一杯拿铁', '算了'], { findDrinks: found }).at(-1)).toMatchObject({ calls: [], text: '好的，那就不办了。' })
    expect(talk(['来一杯拿铁', '有不含咖啡因的吗？'], { findDrinks: found }).at(-1)!.text).toContain('请问要小还是大')
  })
})

describe('choosing', () => {
  it('does several things at once where each clause asks for its own, unless calls may not be parallel', () => {
    const says = ['打开厨房的灯，再放点爵士乐']
    expect(talk(says, {}, { tools: home.tools })[0]!.calls.map(({ name }) => name)).toEqual(['setLight', 'playMusic'])
    const answers = talk(says, {}, { tools: home.tools, parallel_tool_calls: false })
    expect(answers.map(({ calls }) => calls.map(({ name }) => name))).toEqual([['setLight'], ['playMusic'], []])
  })
  it('works with a tool it has never seen, nested arguments included', () => {
    const tools = [fn('reserve_table', 'Reserve a table in a restaurant', { booking: { type: 'object', properties: { day: { type: 'string', format: 'date' }, people: { type: 'integer' } }, required: ['day', 'people'] } }, ['booking'])]
    expect(talk(['Book a table for four people on Friday'], {}, { tools })[0]!.calls[0]!.arguments).toEqual({ booking: { day: '2026-11-27', people: 4 } })
  })
  it('makes a call for each of several things side by side, and takes the last of two that correct each other', () => {
    const rooms = (text: string) => talk([text], {}, { tools: home.tools })[0]!.calls.map(({ arguments: args }) => args.room)
    expect(rooms('打开客厅和卧室的灯')).toEqual(['living_room', 'bedroom'])
    expect(rooms('打开客厅的灯，不对，卧室')).toEqual(['bedroom'])
  })
  it('does the same again with one thing changed', () => {
    const answers = talk(['明天深圳天气怎么样', '那后天呢？'], {}, { tools: home.tools })
    expect(answers.flatMap(({ calls }) => calls).map(({ arguments: args }) => args)).toEqual([{ city: '深圳', date: '2026-11-25' }, { city: '深圳', date: '2026-11-26' }])
  })
  it('takes the words of a message for its text, and never the words that ask for one', () => {
    const tools = [fn('sendMessage', 'Send a message. 发短信', { phone: { type: 'string' }, text: { type: 'string' } }, ['phone', 'text'])]
    expect(talk(['给13800138000发短信：我晚点到'], {}, { tools })[0]!.calls[0]!.arguments).toEqual({ phone: '13800138000', text: '我晚点到' })
    const answers = talk(['send a message', '13912345678', 'see you at noon'], {}, { tools })
    expect(answers.map(({ asks }) => asks)).toEqual(['phone', 'text', undefined, undefined])
    expect(answers[2]!.calls[0]!.arguments).toEqual({ phone: '13912345678', text: 'see you at noon' })
  })
  it('gives two arguments of the same values one each', () => {
    const currency = { enum: ['USD', 'EUR'] }
    const tools = [fn('getRate', 'Get the exchange rate', { from: currency, to: currency }, ['from', 'to'])]
    expect(talk(['exchange rate from EUR to USD'], {}, { tools })[0]!.calls[0]!.arguments).toEqual({ from: 'EUR', to: 'USD' })
  })
  it('refuses what no tool is for', () => {
    expect(talk(['book me a flight to Tokyo'], {}, { tools: parcel.tools })[0]).toMatchObject({ isRefusal: true, calls: [] })
  })
  it('never names a tool', () => {
    const all = [...talk(['你好', '来一杯拿铁', '给我讲个笑话'], { findDrinks: { drinks: [] } }, { model: 'scripted-reasoning' })]
    expect(all.map(({ text, reasoning }) => text + reasoning).join()).not.toMatch(/createOrder|findDrinks/)
  })
  it('obeys the choice of a tool', () => {
    expect(talk(['来一杯拿铁'], {}, { tool_choice: 'none' })[0]!.calls).toEqual([])
    const [required] = talk(['随便'], {}, { tool_choice: 'required' })
    expect(required!.calls).toEqual([{ name: 'findDrinks', arguments: { keyword: expect.any(String) } }])
    const named = decide({ messages: [{ role: 'user', content: '来两杯大杯的' }], tools: bar, tool_choice: { type: 'function', function: { name: 'createOrder' } } }, clock)
    expect(named.calls).toEqual([{ name: 'createOrder', arguments: { drinkId: '', size: 'large', quantity: 2, iced: false } }])
  })
})

describe('words without tools', () => {
  const documents: WireMessage = { role: 'system', content: 'Shop:\n舢板咖啡在河边，每天早上八点开门。我们的豆子来自云南保山。手冲每天只做二十杯，用的是水洗豆。You are a barista.' }
  const say = (content: string, more: Partial<ChatCompletionRequest> = {}) => decide({ messages: [documents, { role: 'user', content }], ...more }, clock)
  it('greets with what it can do, in the words of the tools', () => {
    expect(talk(['你好'], {}, { tools: home.tools })[0]!.text).toMatch(/^你好！我可以：\n1\. 开关灯、调节灯的亮度\n/)
    expect(talk(['hello'], {}, { tools: home.tools })[0]!.text).toContain('1. Switch a light on or off, or dim it\n')
  })
  it('quotes the sentences that fit best, and more of them when asked to tell', () => {
    expect(say('你们几点开门').text).toContain('> 舢板咖啡在河边，每天早上八点开门。')
    expect(say('讲讲你们的手冲').text).toContain('> 手冲每天只做二十杯')
    expect(say('介绍一下').text.match(/^> ./gm)).toHaveLength(3)
    expect(say('介绍一下').text).not.toContain('You are')
  })
  it('looks around and tells at length when the thing itself is not found', () => {
    let calls = 0
    const results = { get findDrinks() { return { drinks: calls++ ? [latte, dirty] : [] } } }
    const answers = talk(['讲讲你们的手冲'], results)
    expect(answers.map(answer => answer.calls[0]?.arguments)).toEqual([{ keyword: '手冲' }, { keyword: '' }, undefined])
    expect(answers[2]!.text).toContain('没有找到与「手冲」有关的内容')
    expect(answers[2]!.text).toContain('**脏咖啡**\n   - 价格 小 ¥28\n   - 供应 冰')
  })
  it('says honestly what it matched, only where reasoning is asked for', () => {
    expect(talk(['明天深圳天气怎么样'], {}, { tools: home.tools })[0]!.reasoning).toBeUndefined()
    const [thought] = talk(['明天深圳天气怎么样'], {}, { tools: home.tools, model: 'scripted-reasoning' })
    expect(thought!.reasoning).toMatch(/天气.*查询天气/)
  })
  it('fills a schema from the words, and leaves empty what nobody said', () => {
    const schema = {
      type: 'object', required: ['city', 'date', 'people', 'tags', 'isUrgent', 'mood'],
      properties: { city: { type: 'string' }, date: { type: 'string', format: 'date' }, people: { type: 'integer' }, tags: { type: 'array', items: { type: 'string' } }, isUrgent: { type: 'boolean' }, mood: { enum: ['good', 'bad'] } },
    }
    const { text } = say('4 people in London tomorrow', { response_format: { type: 'json_schema', json_schema: { schema } } })
    expect(JSON.parse(text)).toMatchObject({ city: 'London', date: '2026-11-25', people: 4, isUrgent: false, mood: 'good', tags: expect.any(Array) })
  })
  it('finds the schema in the instructions where the format names none', () => {
    const schema = { type: 'object', properties: { size: { type: 'string', enum: ['small', 'large'] } }, required: ['size'] }
    const messages: WireMessage[] = [{ role: 'system', content: `Answer with JSON only, of this JSON Schema: ${JSON.stringify(schema)}` }, { role: 'user', content: 'the large one' }]
    expect(decide({ messages, response_format: { type: 'json_object' } }, clock).text).toBe('{"size":"large"}')
    expect(JSON.parse(say('你好', { response_format: { type: 'json_object' } }).text)).toEqual({ answer: expect.stringContaining('你好') })
  })
})

describe('the score', () => {
  it('stays where it is', () => {
    const { all, tuned, heldOut } = scoreModel()
    console.log(`scripted model: ${all.right} of ${all.total}; held out ${heldOut.right} of ${heldOut.total}`)
    expect(all.total).toBe(60)
    expect(all.right).toBeGreaterThanOrEqual(56)
    expect(tuned.right).toBeGreaterThanOrEqual(29)
  })
})
