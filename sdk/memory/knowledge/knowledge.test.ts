import { describe, expect, it } from 'vitest'
import { guideSections, heldOutChinese, heldOutEnglish } from './__fixtures__/guide-questions.js'
import {
  chineseQuestions, chineseSynonyms, englishQuestions, englishSynonyms, errorPage, moreChineseQuestions, moreEnglishQuestions,
} from './__fixtures__/questions.js'
import { createKnowledge, knowledgeTool, type Knowledge, type KnowledgeDocument } from './index.js'
import { passagesOf } from './passages.js'
import { termsOf } from './terms.js'
import { contextOf, resultsOf } from '../../agent/__fixtures__/runs.js'
import { createAgent } from '../../agent/create-agent.js'
import { isSampanError } from '../../errors.js'
import type { AgentEvent } from '../../protocol/events.js'
import { mockModel, textAnswer, toolAnswer } from '../../testkit/mock-model.js'

const shop: KnowledgeDocument[] = [
  { id: 'hours', title: '营业时间', text: '每天早上八点开门，晚上十点打烊。' },
  { id: 'refund', title: '退款', text: '下单后十分钟内可以全额退款，做好的饮品不退。' },
  { id: 'wifi', text: 'Free Wi-Fi for guests. Ask for the password at the counter.' },
]

describe('terms', () => {
  it.each<[string, string[]]>([
    ['冰拿铁', ['冰', '冰拿', '拿', '拿铁', '铁']],
    ['大杯 Latte２份', ['大', '大杯', '杯', 'latte2', '份']],
    ['冰拿铁怎么点的', ['冰', '冰拿', '拿', '拿铁', '铁', '点']],
    ['The guests’ policies, a class', ['the', 'guest', 'policy', 'a', 'clas']],
    ['wx.login()', ['wx', 'login']],
    ['maxSteps', ['maxstep', 'max', 'step']],
    ['getLocation, iPhone15', ['getlocation', 'get', 'location', 'iphone15', 'i', 'phone15']],
    ['', []],
  ])('of %j', (text, terms) => {
    expect(termsOf(text)).toEqual(terms)
  })
})

describe('English words', () => {
  it.each(['retry retries retried', 'cache caches cached caching', 'stop stops stopped stopping', 'cancel cancelled cancelling', 'class classes', 'box boxes', 'name names named', 'proceed proceeds proceeding'])(
    'are one term: %s',
    words => expect(new Set(termsOf(words)).size).toBe(1),
  )
  it.each(['need nee', 'string str', 'status stat', 'sing s', 'bed b', 'off of'])('are two: %s', words => {
    expect(new Set(termsOf(words)).size).toBe(2)
  })
})

describe('passages', () => {
  it('hold paragraphs together as long as they fit, and cut long ones at sentences', () => {
    expect(passagesOf('一二三\n\n四五\n\n六七八九', 8)).toEqual(['一二三\n\n四五', '六七八九'])
    expect(passagesOf('一二三四。五六七八。九', 6)).toEqual(['一二三四。', '五六七八。九'])
    expect(passagesOf('aaaaaaaaaa', 4)).toEqual(['aaaa', 'aaaa', 'aa'])
    expect(passagesOf(' \n\n ', 4)).toEqual([])
  })
  it('have no half of a character', () => {
    expect(passagesOf('😀😀😀', 3)).toEqual(['😀', '😀', '😀'])
    expect(passagesOf('😀😀', 1).join('')).toBe('😀😀')
  })
  it('lose nothing but blanks', () => {
    const text = 'One. Two two. Three!\n\n四。五五五五五五五五五五\n六'.repeat(3)
    for (const max of [3, 7, 20]) expect(passagesOf(text, max).join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
  })
})

describe('a knowledge base', () => {
  const knowledge = createKnowledge({ documents: shop })
  it('finds what shares words with the question, best first, and nothing else', () => {
    expect(knowledge.search('几点开门').map(({ id }) => id)).toEqual(['hours'])
    expect(knowledge.search('饮品可以退款吗')[0]).toMatchObject({ id: 'refund', title: '退款', text: shop[1]!.text })
    expect(knowledge.search('guest password').map(({ id }) => id)).toEqual(['wifi'])
    expect(knowledge.search('飞机')).toEqual([])
    expect(knowledge.search('')).toEqual([])
    expect(createKnowledge({}).search('几点')).toEqual([])
  })
  it('finds nothing by words that stand everywhere, and lets them choose among what others have found', () => {
    const knowledge = createKnowledge({ documents: [{ id: 'a', text: 'Cups of tea.' }, { id: 'b', text: 'Tea for you.' }, { id: 'c', text: 'What is it for?' }] })
    expect(knowledge.search('What is it for?')).toEqual([])
    expect(knowledge.search('这是什么')).toEqual([])
    expect(knowledge.search('tea for whom').map(({ id }) => id)).toEqual(['b', 'a'])
  })
  it('counts a title for more than a text', () => {
    const [a, b] = [{ id: 'a', title: 'Drinks', text: 'Refunds, drinks, drinks, hours.' }, { id: 'b', title: 'Refunds', text: 'Hours, drinks, drinks, drinks.' }]
    const knowledge = createKnowledge({ documents: [a, b] })
    expect(knowledge.search('refund').map(({ id }) => id)).toEqual(['b', 'a'])
    expect(knowledge.search('drinks').map(({ id }) => id)).toEqual(['a', 'b'])
  })
  it('answers with one passage a document, at most k', () => {
    const long = { id: 'long', text: '咖啡很好喝。\n\n咖啡豆和咖啡机都在这里，咖啡。\n\n茶。' }
    const hits = createKnowledge({ documents: [long, ...shop, { id: 'x', text: '咖啡' }], maxPassageChars: 16 }).search('咖啡豆', 1)
    expect(hits).toMatchObject([{ id: 'long', text: '咖啡豆和咖啡机都在这里，咖啡。' }])
  })
  it('finds the same after a trip through JSON', () => {
    const index = JSON.parse(JSON.stringify(knowledge))
    const again = createKnowledge({ index })
    for (const query of ['几点开门', 'Wi-Fi', '退款']) expect(again.search(query)).toEqual(knowledge.search(query))
  })
  it('refuses an index of a version it does not know', () => {
    let thrown: unknown
    try {
      createKnowledge({ index: { ...knowledge.toJSON(), version: 1 as 2 } })
    } catch (error) {
      thrown = error
    }
    expect(isSampanError(thrown, 'agent/invalid')).toBe(true)
  })
  it('takes words that objects have a meaning for', () => {
    expect(createKnowledge({ documents: [{ id: 'c', text: 'constructor __proto__ toString' }] }).search('constructor __proto__')).toHaveLength(1)
  })
})

describe('synonyms', () => {
  const synonyms = [['打烊', '关门时间', '收摊'], ['money back', 'refund']]
  const documents = [...shop, { id: 'back', text: 'Come back soon, money is welcome.' }]
  const ids = (query: string, known = createKnowledge({ documents, synonyms })): string[] => known.search(query).map(({ id }) => id)
  it('find what is called otherwise in the texts', () => {
    expect(ids('收摊', createKnowledge({ documents }))).toEqual([])
    expect(ids('收摊了吗')).toEqual(['hours'])
    expect(createKnowledge({ documents: [{ id: 'r', text: 'Refunds within ten minutes.' }], synonyms }).search('MONEY BACK?')).toHaveLength(1)
  })
  it('need the whole phrase, in one question', () => {
    const refunds = createKnowledge({ documents: [{ id: 'r', text: 'Refunds within ten minutes.' }], synonyms })
    expect([refunds.search('money'), refunds.search('back')]).toEqual([[], []])
  })
  it('count for less than the words that were asked for', () => {
    const both = [{ id: 'theirs', text: 'refund refund' }, { id: 'own', text: 'cashback' }]
    expect(ids('cashback', createKnowledge({ documents: both, synonyms: [['refund', 'cashback']] }))).toEqual(['own', 'theirs'])
  })
  it('work over an index, and with an empty phrase change nothing', () => {
    const { toJSON } = createKnowledge({ documents })
    expect(ids('收摊', createKnowledge({ index: toJSON(), synonyms }))).toEqual(['hours'])
    expect(ids('收摊', createKnowledge({ documents, synonyms: [['', '打烊']] }))).toEqual([])
  })
})

describe('the work', () => {
  const menu = (count: number): KnowledgeDocument[] =>
    Array.from({ length: count }, (_, i) => ({ id: String(i), title: '第' + i + '条', text: '拿铁和美式都可以加冰，maxSteps is ' + i + '。' }))
  it('of building, and the size of the index, are in proportion to the documents', () => {
    const index = (count: number): [work: number, size: number] => {
      const known = createKnowledge({ documents: menu(count) }).toJSON()
      return [known.terms.reduce((sum, [, places]) => sum + places.length, 0), JSON.stringify(known).length]
    }
    const [[work, size], [twice, double]] = [index(400), index(800)]
    expect(twice / work).toBeLessThan(2.1)
    expect(double / size).toBeLessThan(2.2)
  })
  it('of a search is in proportion to the places where its words stand, whatever else is known', () => {
    const reads = (query: string, count: number): number => {
      let all = 0
      const index = createKnowledge({ documents: [...menu(count), ...shop] }).toJSON()
      const terms = index.terms.map<[string, number[]]>(([term, places]) => [term, new Proxy(places, { get: (list, key) => (typeof key === 'string' && /^\d/.test(key) && all++, Reflect.get(list, key)) })])
      const knowledge = createKnowledge({ index: { ...index, terms } })
      all = 0
      knowledge.search(query)
      return all
    }
    expect(reads('password', 800)).toBe(2)
    expect(reads('拿铁', 800) / reads('拿铁', 400)).toBeLessThan(2.1)
    expect(reads('拿铁', 400)).toBeGreaterThan(400)
  })
})

describe('vectors', () => {
  const documents = [{ id: 'a', text: '咖啡 咖啡' }, { id: 'b', text: '咖啡 红茶 绿茶' }]
  it('change the order of what words found', async () => {
    const asked: string[][] = []
    // The question is a vector, and so is each candidate, in the order they were given.
    const embed = async (texts: string[]): Promise<number[][]> => (asked.push(texts), texts.map(text => (/茶|问/.test(text) ? [1, 0] : [0, 1])))
    const three = createKnowledge({ documents: [...documents, { id: 'c', text: '咖啡 咖啡 咖啡' }], embed })
    expect(three.search('问咖啡').map(({ id }) => id)).toEqual(['c', 'a', 'b'])
    expect((await three.rank('问咖啡')).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(asked).toEqual([['问咖啡', '\n咖啡 咖啡 咖啡', '\n咖啡 咖啡', '\n咖啡 红茶 绿茶']])
  })
  it.each<[string, () => PromiseLike<number[][]>]>([['reject', () => Promise.reject(new Error('down'))], ['throw', () => { throw new Error('down') }], ['are none', async () => []], ['are too few', async () => [[1, 0], [0, 1]]]])('that %s leave the order of words', async (_, embed) => {
    expect((await createKnowledge({ documents, embed }).rank('咖啡')).map(({ id }) => id)).toEqual(['a', 'b'])
  })
})

describe('the tool', () => {
  it('gives a model the passages', async () => {
    const model = mockModel(toolAnswer(['c', 'searchKnowledge', { query: '退款' }]), textAnswer('可以'))
    const agent = createAgent({ model, tools: [knowledgeTool(createKnowledge({ documents: shop }), { description: 'The shop.' })] })
    expect(agent.info.tools![0]).toMatchObject({ name: 'searchKnowledge', parameters: { required: ['query'] } })
    const events = await new Promise<AgentEvent[]>(resolve => {
      const all: AgentEvent[] = []
      agent({ threadId: 't', runId: 'r', messages: [], tools: [], context: [] }, contextOf()).subscribe({ next: event => void all.push(event), complete: () => resolve(all) })
    })
    expect(JSON.parse(resultsOf(events)[0]![1])).toEqual([{ id: 'refund', title: '退款', text: shop[1]!.text }])
  })
})

// Questions in the words of people who have not read the page. What shares no word with its answer is not found: that is
// what the floors say, a little under what was reached, and less close where the page lives. The method was chosen by the
// questions about errors, and by 52 about other pages that are not kept here. Those about the guides were written before that;
// their rates were looked at meanwhile, which of them were missed was not.
describe('real questions to real pages', () => {
  type Questions = [question: string, id: string][]
  const errors = { Chinese: errorPage('docs/zh/reference/errors.md'), English: errorPage('docs/reference/errors.md') }
  const guides = { Chinese: guideSections('zh'), English: guideSections('en') }
  const share = (knowledge: Knowledge, questions: Questions, k: number): number =>
    questions.filter(([question, id]) => knowledge.search(question, k).some(hit => hit.id === id)).length / questions.length
  it.each<[string, KnowledgeDocument[], Questions, number, number]>([
    ['the errors, in Chinese', errors.Chinese, [...chineseQuestions, ...moreChineseQuestions], 0.6, 0.69],     // reached: 65 %, 74 %
    ['the errors, in English', errors.English, [...englishQuestions, ...moreEnglishQuestions], 0.6, 0.72],     // 65 %, 78 %
    ['the guides, in Chinese (held out)', guides.Chinese, heldOutChinese, 0.38, 0.59],                         // 39 %, 61 %
    ['the guides, in English (held out)', guides.English, heldOutEnglish, 0.48, 0.64],                         // 51 %, 66 %
  ])('about %s find their section first, or among three', (_, documents, questions, first, among) => {
    expect(questions.map(([, id]) => id).filter(id => !documents.some(document => document.id === id))).toEqual([])
    const knowledge = createKnowledge({ documents })
    expect(share(knowledge, questions, 1)).toBeGreaterThanOrEqual(first)
    expect(share(knowledge, questions, 3)).toBeGreaterThanOrEqual(among)
  })
  it.each<[string, KnowledgeDocument[], Questions, Questions, string[][]]>([
    ['Chinese', errors.Chinese, chineseQuestions, moreChineseQuestions, chineseSynonyms],
    ['English', errors.English, englishQuestions, moreEnglishQuestions, englishSynonyms],
  ])('are found more often with synonyms for those that were missed, and others as often as before: %s', (_, documents, missed, others, synonyms) => {
    const [plain, helped] = [createKnowledge({ documents }), createKnowledge({ documents, synonyms })]
    expect(share(helped, missed, 1)).toBeGreaterThanOrEqual(0.73)                                              // reached: 80 %, 80 %
    expect(share(helped, missed, 1) - share(plain, missed, 1)).toBeGreaterThanOrEqual(0.15)
    expect(share(helped, others, 1)).toBeGreaterThanOrEqual(share(plain, others, 1) - 0.05)
  })
})
