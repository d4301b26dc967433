import { latinWords, type Span, stem } from './words.js'

/** A meaning found in a text, under whatever word it stood there. */
export interface Concept extends Span {
  name: string
  /** One Chinese character alone: often part of another word. */
  isWeak: boolean
}

// Everyday words, English and Chinese, grouped by meaning, so that a Chinese sentence finds a tool described in English
// and the other way round. A group says nothing about any tool. Groups of `things` and `deeds` that a sentence names
// and no tool knows are a sign that it asks for something else.
const deeds: Record<string, string> = {
  book: 'book,booking,reserve,reservation,appointment,schedule,arrange,预约,预订,预定,挂号,约,订,安排',
  order: 'order,buy,purchase,i want a,i want an,i want two,i would like a,i would like an,id like a,id like an,can i have,can i get,get me,ill have,ill take,点,买,来一,来两,来三,来杯,来份,来个,下单,订购,购买,要一,要两,点一,点两',
  cancel: 'cancel,revoke,call off,取消,撤销,退订',
  remove: 'delete,remove,clear,删除,删掉,移除,清空,去掉',
  refund: 'refund,return,退款,退货,退钱',
  pay: 'pay,payment,checkout,付款,支付,买单,结账',
  play: 'play,listen,put on,播放,放点,放首,放一,来点,听,放',
  remind: 'remind,reminder,alarm,timer,提醒,闹钟,倒计时',
  translate: 'translate,translation,翻译',
  write: 'write,compose,draft,写,作文',
  tell: 'tell me a,讲个,讲一',
  call: 'call,dial,phone,打电话,拨打,呼叫',
  navigate: 'navigate,route,direction,导航,路线,怎么走',
  draw: 'draw,paint,画',
}
const manners: Record<string, string> = {
  find: 'find,search,look,look for,lookup,browse,list,show,query,which,check,recommend,suggest,available,do you have,查,找,搜,查找,搜索,查询,查一下,查看,看看,看一下,有什么,有哪些,有没有,哪些,推荐,列出',
  track: 'track,trace,where is,where are,status,到哪,在哪,跟踪,追踪,物流,进度',
  estimate: 'estimate,how much,cost,price,quote,fee,多少钱,价格,费用,运费,报价,估价,价钱',
  send: 'send,ship,mail,deliver,delivery,寄,邮寄,发货,配送,发送,寄送',
  pickup: 'pick up,pickup,collect,取件,上门,来取,揽收',
  set: 'set,change,adjust,update,modify,edit,turn up,turn down,调到,调成,设成,设为,设定,调节,修改,更改,改成,调,设',
  add: 'add,append,添加,加入,新增,加到',
  create: 'create,new,make,创建,新建',
  on: 'turn on,switch on,on,open,enable,打开,开启,开',
  off: 'turn off,switch off,off,close,disable,shut,关闭,关掉,关上,关',
  dim: 'dim,调暗',
}
const things: Record<string, string> = {
  weather: 'weather,forecast,天气,下雨,气温',
  parcel: 'parcel,package,shipment,包裹,快递,快件',
  courier: 'courier,快递员',
  doctor: 'doctor,physician,dentist,医生,大夫,医师',
  flight: 'flight,plane,airline,机票,航班,飞机',
  train: 'train,railway,火车,高铁,动车',
  taxi: 'taxi,cab,ride,打车,出租车,叫车',
  hotel: 'hotel,酒店,宾馆,民宿',
  restaurant: 'restaurant,餐厅,饭店,餐馆',
  table: 'table,座位,餐位,桌',
  food: 'food,dish,meal,pizza,burger,noodle,披萨,汉堡,外卖,菜,饭',
  drink: 'drink,beverage,饮品,饮料,喝的',
  movie: 'movie,film,cinema,电影',
  music: 'music,song,artist,track list,音乐,歌曲,歌手,歌',
  light: 'light,lamp,灯',
  temperature: 'temperature,thermostat,air conditioner,温度,空调',
  joke: 'joke,笑话',
  poem: 'poem,poetry,诗',
  code: 'python,javascript,code,script,代码,脚本,程序',
  news: 'news,新闻',
  stock: 'stock,share price,股票',
  invoice: 'invoice,receipt,发票',
  coupon: 'coupon,voucher,discount,优惠券,优惠,折扣',
  ticket: 'ticket,门票,车票',
  bill: 'bill,账单',
}
const qualities: Record<string, string> = {
  large: 'large,big,大',
  medium: 'medium,middle,中',
  small: 'small,little,小',
  cold: 'ice,iced,cold,冰,冷',
  hot: 'hot,热',
  express: 'express,urgent,rush,fast,加急,急件,特快,尽快',
  morning: 'morning,上午,早上,早晨',
  noon: 'noon,中午',
  afternoon: 'afternoon,下午',
  evening: 'evening,tonight,night,晚上,傍晚,今晚',
  sweet: 'sugar,sweet,糖,甜',
  cheap: 'cheap,cheapest,最便宜,便宜',
  person: 'people,person,guest,人,位',
  kilogram: 'kg,kilogram,kilo,公斤,千克',
  gram: 'gram,克',
  degree: 'degree,celsius,度,温度,temperature',
  percent: 'percent,%,百分',
  day: 'day,天',
  hour: 'hour,小时',
  minute: 'minute,分钟',
  kilometre: 'km,kilometre,kilometer,公里',
  money: 'yuan,rmb,dollar,元,块,price,amount,金额,价格',
  male: 'male,man,men,男',
  female: 'female,woman,women,女',
  red: 'red,红',
  blue: 'blue,蓝',
  green: 'green,绿',
  white: 'white,白',
  black: 'black,黑',
  yellow: 'yellow,黄',
}

const opposites: Record<string, string> = { on: 'off', off: 'on', cold: 'hot', hot: 'cold' }
const known = { ...deeds, ...manners, ...things, ...qualities }
const phrases = Object.entries(known).flatMap(([name, list]) => list.split(',').map(phrase => ({ name, phrase, words: phrase.split(' ').map(stem) })))
const latinPhrases = phrases.filter(({ phrase }) => /^[a-z]/.test(phrase))
const otherPhrases = phrases.filter(({ phrase }) => !/^[a-z]/.test(phrase))

/** The meanings a text names; longer words win over shorter ones inside them, and one word may mean two things. */
export function conceptsIn(text: string): Concept[] {
  const found: Concept[] = []
  const words = latinWords(text)
  for (const { name, words: wanted } of latinPhrases) {
    for (let at = 0; at + wanted.length <= words.length; at++) {
      if (!wanted.every((word, offset) => words[at + offset]!.stem === word)) continue
      found.push({ name, start: words[at]!.start, end: words[at + wanted.length - 1]!.end, isWeak: false })
    }
  }
  for (const { name, phrase } of otherPhrases) {
    for (let at = text.indexOf(phrase); at >= 0; at = text.indexOf(phrase, at + 1)) {
      found.push({ name, start: at, end: at + phrase.length, isWeak: phrase.length === 1 })
    }
  }
  const length = ({ start, end }: Span) => end - start
  const inside = (a: Span, b: Span) => a.start >= b.start && a.end <= b.end && length(a) < length(b)
  return found.filter(concept => !found.some(other => inside(concept, other))).sort((a, b) => a.start - b.start)
}

/** The names of the meanings a text has. */
export function conceptNames(text: string): Set<string> {
  return new Set(conceptsIn(text).map(concept => concept.name))
}

/** A Chinese word for a meaning, where there is one. */
export function chineseFor(concept: string): string | undefined {
  return otherPhrases.find(({ name }) => name === concept)?.phrase
}

/** The meaning that says the contrary, where there is one. */
export function oppositeOf(concept: string): string | undefined {
  return opposites[concept]
}

/** Whether somebody who names this wants a certain thing or deed, and not just any tool. */
export function isSpecific(concept: string): boolean {
  return concept in deeds || concept in things
}

/** Whether the meaning is something one does. */
export function isDeed(concept: string): boolean {
  return concept in deeds || concept in manners
}

/** Whether the meaning is a unit one counts in. */
export function isUnit(concept: string): boolean {
  return ['person', 'kilogram', 'gram', 'degree', 'percent', 'day', 'hour', 'minute', 'kilometre', 'money'].includes(concept)
}
