import { any, halfHeldOut, type ScoreSet, tool } from './cases.js'

const room = {
  type: 'string',
  enum: ['living_room', 'bedroom', 'kitchen', 'study'],
  description: 'Which room: living_room (客厅), bedroom (卧室), kitchen (厨房), study (书房)',
}

/** A house, described in both languages. */
export const home: ScoreSet = {
  name: 'home',
  tools: [
    tool(
      'setLight',
      'Switch a light on or off, or dim it. 开关灯、调节灯的亮度',
      { room, on: { type: 'boolean', description: 'true to switch on 打开, false to switch off 关闭' }, brightness: { type: 'integer', minimum: 0, maximum: 100, description: 'Brightness in percent 亮度' } },
      ['room', 'on'],
    ),
    tool(
      'setThermostat',
      'Set the target temperature of the air conditioner. 设定空调温度',
      { temperature: { type: 'number', minimum: 16, maximum: 30, description: 'Degrees Celsius 温度' }, mode: { type: 'string', enum: ['cool', 'heat', 'auto'], description: 'cool (制冷), heat (制热), auto (自动)' } },
      ['temperature'],
    ),
    tool('playMusic', 'Play a song, an artist or a kind of music. 播放音乐', { query: { type: 'string', description: 'What to play 歌名、歌手或风格' }, room }, ['query']),
    tool('getWeather', 'Weather of a city on a day. 查询天气', { city: { type: 'string', description: 'Name of the city 城市' }, date: { type: 'string', format: 'date' } }, ['city']),
  ],
  cases: halfHeldOut([
    { language: 'zh', says: ['打开客厅的灯'], calls: [{ name: 'setLight', arguments: { room: 'living_room', on: true } }] },
    { language: 'zh', says: ['把卧室的灯关了'], calls: [{ name: 'setLight', arguments: { room: 'bedroom', on: false } }] },
    { language: 'zh', says: ['空调调到26度，制冷'], calls: [{ name: 'setThermostat', arguments: { temperature: 26, mode: 'cool' } }] },
    { language: 'zh', says: ['把温度设成二十四度'], calls: [{ name: 'setThermostat', arguments: { temperature: 24 } }] },
    { language: 'zh', says: ['开灯', '书房'], calls: [{ name: 'setLight', arguments: { room: 'study', on: true } }] },
    { language: 'zh', says: ['明天深圳天气怎么样'], calls: [{ name: 'getWeather', arguments: { city: '深圳', date: '2026-11-25' } }] },
    { language: 'zh', says: ['播放周杰伦的歌'], calls: [{ name: 'playMusic', arguments: { query: any('周杰伦', '周杰伦的歌') } }] },
    { language: 'zh', says: ['打开厨房的灯，再放点爵士乐'], calls: [{ name: 'setLight', arguments: { room: 'kitchen', on: true } }, { name: 'playMusic', arguments: { query: any('爵士乐', '点爵士乐') } }] },
    { language: 'zh', says: ['查一下天气'], asks: 'city' },
    { language: 'zh', says: ['帮我订一份披萨'], refuses: true },
    { language: 'en', says: ['Turn on the living room light'], calls: [{ name: 'setLight', arguments: { room: 'living_room', on: true } }] },
    { language: 'en', says: ['switch off the lights in the bedroom'], calls: [{ name: 'setLight', arguments: { room: 'bedroom', on: false } }] },
    { language: 'en', says: ['set the temperature to 22 degrees and heat mode'], calls: [{ name: 'setThermostat', arguments: { temperature: 22, mode: 'heat' } }] },
    { language: 'en', says: ['dim the study light to 30 percent'], calls: [{ name: 'setLight', arguments: { room: 'study', on: true, brightness: 30 } }] },
    { language: 'en', says: ['turn on the light', 'kitchen please'], calls: [{ name: 'setLight', arguments: { room: 'kitchen', on: true } }] },
    { language: 'en', says: ["what's the weather in London tomorrow"], calls: [{ name: 'getWeather', arguments: { city: 'London', date: '2026-11-25' } }] },
    { language: 'en', says: ['play some jazz in the kitchen'], calls: [{ name: 'playMusic', arguments: { query: any('jazz', 'some jazz'), room: 'kitchen' } }] },
    { language: 'en', says: ['turn off the kitchen light and check the weather in Paris'], calls: [{ name: 'setLight', arguments: { room: 'kitchen', on: false } }, { name: 'getWeather', arguments: { city: 'Paris' } }] },
    { language: 'en', says: ['change the temperature'], asks: 'temperature' },
    { language: 'en', says: ['order me a pizza'], refuses: true },
  ]),
}
