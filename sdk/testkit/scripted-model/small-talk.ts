import { conceptNames } from './thesaurus.js'
import { messageText, type WireMessage } from './wire.js'
import { coverage, type Language, terms } from './words.js'

/** The first sentence of a tool's description, in the person's language where it has both. */
export function abilityOf(description: string, language: Language): string {
  const sentences = description.split(/(?<=[.。!?！？])\s*|\n/).map(sentence => sentence.trim()).filter(Boolean)
  const isOwn = (sentence: string) => /[\u3400-\u9fff]/.test(sentence) === (language === 'zh')
  return (sentences.find(isOwn) ?? sentences[0] ?? '').replace(/[.。]$/, '')
}

/** What can be done here, one line a tool. */
export function abilities(descriptions: readonly string[], language: Language): string {
  const lines = descriptions.map(description => abilityOf(description, language)).filter(Boolean).map((line, index) => `${index + 1}. ${line}`)
  if (lines.length === 0) return language === 'zh' ? '这里没有给我任何工具，我只能简单聊聊，或者从给我的资料里找句子。' : 'I was given no tools here: I can only chat a little, or quote from the texts I was given.'
  return `${language === 'zh' ? '我可以：' : 'I can:'}\n${lines.join('\n')}`
}

const courtesies: [pattern: RegExp, zh: string, en: string][] = [
  [/^(?:谢谢|多谢|感谢|thanks?\b|thank you)/i, '不客气，还需要什么就告诉我。', 'You are welcome. Tell me if you need anything else.'],
  [/^(?:再见|拜拜|bye|goodbye)/i, '再见！', 'Goodbye!'],
  [/^(?:算了|不用了|不要了|没事了|never ?mind|forget it|no thanks|no,? thank you)/i, '好的，那就不办了。', 'All right, I will leave it.'],
]

/** The answer to thanks, a goodbye or a change of mind. */
export function courtesy(text: string, language: Language): string | undefined {
  const found = text.length < 25 ? courtesies.find(([pattern]) => pattern.test(text.trim())) : undefined
  return found?.[language === 'zh' ? 1 : 2]
}

/** Whether somebody only says hello, or asks what can be done here. */
export function isGreeting(text: string): boolean {
  return /^\s*(?:你好|您好|嗨|哈喽|早上好|下午好|晚上好|在吗|hi|hello|hey|good (?:morning|afternoon|evening))[\s啊呀，,。.!！~？?]*(?:there)?[.!\s]*$/i.test(text)
    || /你(?:能|会|可以)(?:做|干|帮我做)?(?:些)?什么|你是谁|怎么用|^\s*(?:帮助|help)\s*$|what can you do|who are you|how can you help/i.test(text)
}

/** Whether somebody wants to be told about something, at length. */
export function wantsTold(text: string): boolean {
  return /讲[讲一述]|介绍|说说|聊聊|详细|谈谈|写一[篇段]|\b(?:tell me (?:more |all |something |everything )?about|describe|explain|in detail|introduce|summari[sz]e|a long)\b/i.test(text)
}

/** The texts a request carries for the model to answer from, as sentences. What tells the model how to behave is none. */
export function documentSentences(messages: readonly WireMessage[]): string[] {
  const texts = messages.filter(({ role }) => role === 'system' || role === 'developer').map(({ content }) => messageText(content))
  const sentences = texts.flatMap(text => text.split(/(?<=[。！？])|(?<=[.!?])\s+|\n+/)).map(sentence => sentence.trim())
  const isOrder = /\byou(?:r|rself)?\b|^(?:answer|use|look|order|do not|don't|never|always|be|keep|reply|speak|call|ask|if)\b|你|请(?:用|勿|不要|以|只)|不要|必须/i
  return sentences.filter(sentence => terms(sentence).length > 2 && !isOrder.test(sentence))
}

/** The sentences that fit what is asked best, in the order they stand. */
export function bestSentences(text: string, sentences: readonly string[], limit: number): string[] {
  const meanings = conceptNames(text)
  const wanted = text.replace(/讲[讲一述]?|介绍|说说|聊聊|谈谈|详细|告诉|\b(?:tell|describe|explain|detail|long|introduce)\b/gi, ' ')
  const scored = sentences.map((sentence, index) => {
    const shared = [...conceptNames(sentence)].filter(name => meanings.has(name)).length
    return { sentence, index, score: coverage(wanted, sentence) + shared * 0.25 }
  })
  const found = scored.filter(({ score }) => score >= 0.25).sort((a, b) => b.score - a.score || a.index - b.index)
  return found.slice(0, limit).sort((a, b) => a.index - b.index).map(({ sentence }) => sentence)
}
