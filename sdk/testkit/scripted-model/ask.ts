import { enumLabel } from './enums.js'
import type { Filled } from './fill-arguments.js'
import type { Slot, SlotKind } from './slots.js'
import { numbered, type Voice } from './tell-result.js'
import { chineseFor, conceptNames, conceptsIn, isUnit, oppositeOf } from './thesaurus.js'
import { type Language, splitName } from './words.js'

const questions: Partial<Record<SlotKind, [zh: string, en: string]>> = {
  date: ['请问是哪一天？', 'Which day?'],
  time: ['请问是几点？', 'What time?'],
  'date-time': ['请问是什么时候？', 'When should it be?'],
  email: ['请告诉我邮箱地址。', 'What is the e-mail address?'],
  phone: ['请告诉我电话号码。', 'What is the phone number?'],
  from: ['请问从哪里出发？', 'Where from?'],
  to: ['请问到哪里？', 'Where to?'],
  query: ['请问想找什么？', 'What should I look for?'],
}

/** Asks for one value, with the values to choose from where there are few. */
export function questionFor(slot: Slot, filled: Filled, voice: Voice): string {
  const { language } = voice
  const isZh = language === 'zh'
  const label = labelOf(slot, language)
  const [only, ...others] = filled.offered.get(slot) ?? []
  if (only !== undefined && others.length === 0) {
    const name = slot.kind === 'enum' ? enumLabel(slot, only, language) : only ? label : oppositeLabel(slot, language) ?? `${isZh ? '不' : 'not '}${label}`
    return isZh ? `只有${name}的，可以吗？` : `It only comes ${name}: is that all right?`
  }
  if (slot.kind === 'enum') {
    const values = filled.offered.get(slot) ?? (slot.schema.enum as unknown[])
    const labels = values.map(value => enumLabel(slot, value, language))
    const or = isZh ? '还是' : ' or '
    const list = labels.length > 1 ? `${labels.slice(0, -1).join(isZh ? '、' : ', ')}${or}${labels.at(-1)}` : labels.join('')
    return isZh ? `请问要${list}？` : `Which ${label}: ${list}?`
  }
  if (slot.kind === 'boolean') return isZh ? `请问要${label}吗？` : `Should it be ${label}: yes or no?`
  if (slot.kind === 'id' && filled.candidates.length > 1) {
    return `${isZh ? '请问是哪一个？' : `Which ${label} do you mean?`}\n${numbered(filled.candidates.map(({ data }) => data), voice)}`
  }
  const [zh, en] = questions[slot.kind] ?? []
  if (isZh && slot.kind === 'id' && !slot.schema.description) return `请问要哪一个${label}？`
  if (isZh) return /[\u3400-\u9fff]/.test(label) ? `请告诉我${label}。` : zh ?? unitQuestion(slot) ?? `请告诉我 ${label}。`
  return en ?? (slot.kind === 'id' && / id$/.test(splitName(slot.name)) ? `Which ${label}?` : `What is the ${label}?`)
}

function oppositeLabel(slot: Slot, language: Language): string | undefined {
  const opposite = [...conceptNames(splitName(slot.name))].map(oppositeOf).find(Boolean)
  return opposite && (language === 'zh' ? chineseFor(opposite) : opposite)
}

function unitQuestion(slot: Slot): string | undefined {
  const unit = slot.kind === 'number' ? [...slot.concepts].find(isUnit) : undefined
  const word = unit && conceptsIn(slot.about).find(({ name }) => name === unit) && chineseFor(unit)
  return word ? `请问是多少${word}？` : undefined
}

/** What a slot is called in a conversation: by its description where that is in the person's language, else by its name. */
function labelOf(slot: Slot, language: Language): string {
  const name = splitName(slot.name).replace(/ id$/, '')
  if (language === 'en') return name
  const chinese = /[\u3400-\u9fff][^，,。.；;：:(（\n]*?(?=\s+[a-z]|[，,。.；;：:(（\n]|$)/.exec(`${slot.schema.title ?? ''} ${slot.schema.description ?? ''}`)?.[0]
  const [meaning] = conceptNames(name)
  return chinese?.trim() ?? (meaning && chineseFor(meaning)) ?? name
}
