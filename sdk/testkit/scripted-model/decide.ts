import { questionFor } from './ask.js'
import { type ToolView, viewTools } from './choose-tool.js'
import { languageOfTurns, type Turn, turnsOf } from './conversation.js'
import type { LocalClock } from './dates.js'
import { emptyValue, fillArguments } from './fill-arguments.js'
import { callsOf, type Goal, type Plan, planTurns } from './plan.js'
import { abilities, abilityOf, bestSentences, courtesy, documentSentences, isGreeting, wantsTold } from './small-talk.js'
import { structuredOutput, wantedSchema } from './structured-output.js'
import { listIn, nothingFound, tellResults, type Voice } from './tell-result.js'
import type { Answer, ChatCompletionRequest } from './wire.js'

/** Everything an answer is made from. */
interface Scene {
  request: ChatCompletionRequest
  /** All tools, whether they may be called now or not. */
  views: ToolView[]
  turn: Turn
  plan: Plan
  voice: Voice
  sentences: string[]
}

/** Decides what to answer to a request. The same request at the same time gets the same answer. */
export function decide(request: ChatCompletionRequest, clock: LocalClock): Answer {
  const turns = turnsOf(request.messages)
  const turn = turns.at(-1) ?? { text: '', results: [] }
  const views = viewTools(request.tools ?? [])
  const callable = callableOf(request, views)
  const sentences = documentSentences(request.messages)
  const isCovered = (text: string) => bestSentences(text, sentences, 1).length > 0
  const plan = planTurns(turns, { views: callable, clock, isCovered })
  const currency = /yuan|rmb|cny|元|人民币/i.test(JSON.stringify(request.tools ?? [])) ? '¥' : ''
  const scene: Scene = { request, views, turn, plan, sentences, voice: { language: languageOfTurns(turns), currency, isDetailed: wantsTold(turn.text) } }
  if (isForced(request) && callable.length && plan.calls.length === 0) plan.calls = forcedCalls(callable, scene, clock)
  const answer = answerOf(scene)
  const schema = wantedSchema(request)
  if (schema && answer.calls.length === 0) {
    const known = { items: plan.items, clock, lookedUp: new Set<string>(), takesPartOfName: true }
    return withReasoning({ text: structuredOutput(schema, turn, known, answer.text), calls: [] }, scene)
  }
  return withReasoning(answer, scene)
}

/** What may be called now. */
function callableOf({ tool_choice: choice }: ChatCompletionRequest, views: ToolView[]): ToolView[] {
  if (choice === 'none') return []
  return typeof choice === 'object' ? views.filter(({ name }) => name === choice.function.name) : views
}

const isForced = ({ tool_choice: choice }: ChatCompletionRequest) => choice === 'required' || typeof choice === 'object'

/** A call that must be made: what is missing is left empty. */
function forcedCalls(callable: readonly ToolView[], { plan, turn }: Scene, clock: LocalClock): Answer['calls'] {
  const goal: Goal = plan.ask?.goal ?? plan.goals[0] ?? { view: callable[0]!, said: [{ text: turn.text }], because: [] }
  const filled = fillArguments(goal.view, goal.said, { items: plan.items, clock, lookedUp: new Set(), takesPartOfName: true })
  for (const slot of filled.missing) filled.values.set(slot, [emptyValue(slot)])
  return callsOf(goal, filled)
}

function answerOf(scene: Scene): Answer {
  const { request, plan, turn, voice } = scene
  if (plan.calls.length) {
    const calls = request.parallel_tool_calls === false ? plan.calls.slice(0, 1) : plan.calls
    return { text: isForced(request) ? '' : announcement(scene), calls }
  }
  if (plan.ask) {
    const { slot, filled } = plan.ask
    const empty = turn.results.find(({ value, status }) => status === 'done' && listIn(value)?.length === 0)
    const before = empty ? nothingFound(empty.arguments, voice) : ''
    return { text: before + questionFor(slot, filled, voice), calls: [], asks: slot.path.join('.') }
  }
  return turn.results.length ? { text: told(scene), calls: [] } : chat(scene)
}

/** A few words before a call, so that nobody waits in silence. */
function announcement({ plan, views, turn, voice }: Scene): string {
  const isZh = voice.language === 'zh'
  const isLookup = plan.calls.every(({ name }) => views.find(view => view.name === name)?.isLookup)
  if (!isLookup) return isZh ? '好的，这就为您办理。' : 'All right, let me do that for you.'
  if (!plan.topic) return isZh ? '好的，我来查一下。' : 'Let me check that for you.'
  const again = turn.results.length > 0
  return isZh ? `好的，我${again ? '再' : '先'}查一下「${plan.topic}」。` : `Let me look up “${plan.topic}” for you.`
}

function told(scene: Scene): string {
  const { plan, turn, views, voice } = scene
  const isAction = (name: string) => views.some(view => view.name === name && !view.isLookup)
  const main = turn.results.some(({ name }) => isAction(name)) ? turn.results.filter(({ name, status }) => isAction(name) || status !== 'done') : turn.results
  const text = tellResults(main, plan.items, voice)
  const list = listIn(main.at(-1)?.value)
  const isZh = voice.language === 'zh'
  if (voice.isDetailed && list && main.some(({ value }) => listIn(value)?.length === 0)) {
    const sorry = isZh ? '我只讲查得到的，不编给您听。能讲的是这些：' : 'I only tell what I can look up and make nothing up. What I can tell you about:'
    const can = list.length ? tellResults(main.slice(-1), plan.items, voice) : abilities(views.map(({ description }) => description), voice.language)
    return `${tellResults(main.slice(0, 1), plan.items, voice)}${isZh ? '' : ' '}${sorry}\n\n${can}`
  }
  const isChoice = list && list.length > 1 && views.some(view => !view.isLookup && view.slots.some(({ kind }) => kind === 'id')) && main.every(({ name }) => !isAction(name))
  return isChoice ? `${text}\n${isZh ? '想要哪一个？' : 'Which one would you like?'}` : text
}

function chat({ turn: { text }, views, voice: { language }, sentences }: Scene): Answer {
  const isZh = language === 'zh'
  const can = abilities(views.map(({ description }) => description), language)
  if (isGreeting(text) || text.trim() === '') return { text: `${isZh ? '你好！' : 'Hello! '}${can}`, calls: [] }
  const polite = courtesy(text, language)
  if (polite) return { text: polite, calls: [] }
  const isLong = wantsTold(text)
  const found = bestSentences(text, sentences, isLong ? 8 : 2)
  const quoted = found.length || !isLong ? found : sentences.slice(0, 8)
  if (quoted.length) return { text: `${isZh ? '我手头的资料是这样写的：' : 'This is what the texts I have say:'}\n\n${quoted.map(sentence => `> ${sentence}`).join('\n>\n')}`, calls: [] }
  return { text: `${isZh ? '抱歉，这个我办不到。' : 'Sorry, that is something I cannot do. '}${can}`, calls: [], isRefusal: true }
}

/** Says honestly what the answer rests on, where the model is one that thinks aloud. */
function withReasoning(answer: Answer, { request, plan, views, voice: { language } }: Scene): Answer {
  if (request.model !== 'scripted-reasoning' && request.enable_thinking !== true) return answer
  const isZh = language === 'zh'
  const reasons = plan.goals.map(({ view, because }) => {
    const words = because.slice(0, 6).join(isZh ? '、' : ', ')
    const ability = abilityOf(view.description, language) || (isZh ? '一个没有说明的工具' : 'a tool without a description')
    return isZh ? `「${words}」与“${ability}”相符。` : `The words “${words}” fit “${ability}”.`
  })
  const none = views.length ? (isZh ? '没有工具与这句话相符。' : 'No tool fits these words.') : isZh ? '没有可用的工具。' : 'There are no tools to use.'
  return { ...answer, reasoning: reasons.join(isZh ? '' : ' ') || none }
}
