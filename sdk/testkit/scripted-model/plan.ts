import { type Choice, chooseTools, isForeign, lookupFor, searchTool, type ToolView } from './choose-tool.js'
import { contentOf } from './content.js'
import type { ToolResult, Turn } from './conversation.js'
import type { LocalClock } from './dates.js'
import { argumentsOf, type Filled, fillArguments, kindOfId, type Known, type Said } from './fill-arguments.js'
import { type Item, itemsIn, pickItem } from './items.js'
import { isTold, readValues } from './read-values.js'
import type { Slot } from './slots.js'
import { courtesy, isGreeting, wantsTold } from './small-talk.js'
import { listIn } from './tell-result.js'
import type { Answer } from './wire.js'
import { latinWords } from './words.js'

/** Something a person wants done, and all they said about it. */
export interface Goal {
  view: ToolView
  said: Said[]
  because: string[]
}

/** What comes next: calls, or a question. Neither: there is only something to say. */
export interface Plan {
  goals: Goal[]
  items: Item[]
  calls: Answer['calls']
  /** What a call looks up in words, to say so. */
  topic?: string
  ask?: { goal: Goal; slot: Slot; filled: Filled }
}

/** What a plan is made with. */
export interface PlanSettings {
  views: readonly ToolView[]
  clock: LocalClock
  /** Whether the texts that were given answer this. */
  isCovered: (text: string) => boolean
}

/** Goes through a conversation turn by turn; what was asked in one turn is answered by the next. */
export function planTurns(turns: readonly Turn[], settings: PlanSettings): Plan {
  let plan: Plan = { goals: [], items: [], calls: [] }
  turns.forEach((turn, index) => {
    const goals = goalsFor(turn.text, plan, settings)
    const found = turn.results.filter(({ status }) => status === 'done').flatMap((result, order) => itemsIn(result.value, result.name, index * 100 + order))
    plan = nextStep(goals, turn.results, [...plan.items, ...found], settings)
  })
  return plan
}

function goalsFor(text: string, before: Plan, settings: PlanSettings): Goal[] {
  const chosen = chooseTools(text, settings.views)
  const goals = chosen.map(choice => withThingLookedUp(toGoal(choice), before, settings))
  const { ask } = before
  if (ask && isAnswer(text, chosen[0], ask, settings)) {
    const goal = { ...ask.goal, said: [...ask.goal.said, { text, asked: ask.slot }] }
    return before.goals.map(other => (other === ask.goal ? goal : other))
  }
  if (goals.length || isGreeting(text) || courtesy(text, 'en') || isForeign(text, undefined, settings.views)) return goals
  const goal = pickedGoal(text, before, settings) ?? repeatedGoal(text, before, settings) ?? searchGoal(text, settings)
  return goal ? [goal] : []
}

const toGoal = ({ view, text, because }: Choice): Goal => ({ view, said: [{ text }], because })

function isAnswer(text: string, choice: Choice | undefined, { goal, slot }: NonNullable<Plan['ask']>, { views }: PlanSettings): boolean {
  if (choice) return choice.view === goal.view || choice.score < 2
  if (isGreeting(text) || courtesy(text, 'en') || (wantsTold(text) && slot.kind !== 'text')) return false
  return slot.kind === 'text' || slot.kind === 'query' || !isForeign(text, undefined, views)
}

/** “A flat white?”, “small and hot”: what says nothing but how is about the thing that was looked up just before. */
function withThingLookedUp(goal: Goal, { goals }: Plan, { clock }: PlanSettings): Goal {
  const last = goals.at(-1)
  const isOfKind = goal.view.slots.some(slot => slot.kind === 'id' && slot.isRequired && last?.view.nouns.includes(kindOfId(slot)))
  if (!last?.view.isLookup || goal.view.isLookup || !isOfKind) return goal
  const [said] = goal.said
  const isComplete = contentOf(said!.text, readValues(said!, goal.view, clock).taken) === ''
  return isComplete ? { ...goal, said: [...last.said, said!] } : goal
}

/** “The second one”, said of a list that was told: what is done with such things. */
function pickedGoal(text: string, { items }: Plan, { views }: PlanSettings): Goal | undefined {
  if (/[?？吗]\s*$/.test(text)) return undefined
  const picks = (slot: Slot) => slot.kind === 'id' && slot.isRequired && kindOfId(slot) && pickItem(text, items, kindOfId(slot), false).share === 1
  const view = views.find(({ isLookup, slots }) => !isLookup && slots.some(picks))
  return view && { view, said: [{ text }], because: [text] }
}

/** “And tomorrow?”, said after something was looked up: the same again with one thing changed. */
function repeatedGoal(text: string, { goals }: Plan, { clock }: PlanSettings): Goal | undefined {
  const last = goals.at(-1)
  if (!last || text.length > 30) return undefined
  const isAgain = last.view.isLookup || /^(?:那|再|还有|换|改|what about|how about|and\b)/i.test(text)
  return isAgain && isTold({ text }, last.view, clock) ? { ...last, said: [...last.said, { text }], because: [text] } : undefined
}

/** A question about something no tool is for, where one tool searches by words. */
function searchGoal(text: string, { views, isCovered }: PlanSettings): Goal | undefined {
  const view = searchTool(views)
  if (!view || isCovered(text)) return undefined
  const isShort = text.length <= 5 || (latinWords(text).length <= 2 && !/[\u3400-\u9fff]/.test(text))
  const isQuestion = /[?？吗呢]|有|想|要|来|讲|介绍|说说|推荐|\b(?:something|anything|about|any|looking for|want|would like|please)\b/i.test(text)
  const content = contentOf(text, [])
  return content && (isShort || isQuestion) ? { view, said: [{ text }], because: [content] } : undefined
}

function nextStep(goals: Goal[], results: readonly ToolResult[], items: Item[], settings: PlanSettings): Plan {
  const plan: Plan = { goals, items, calls: [] }
  const lookups = settings.views.filter(view => view.isLookup && results.some(({ name, status }) => name === view.name && status === 'done'))
  const hasFailed = (view: ToolView | undefined) => results.some(({ name, status }) => name === view?.name && status !== 'done')
  const known: Known = { items, clock: settings.clock, lookedUp: new Set(lookups.flatMap(({ nouns }) => nouns)), takesPartOfName: false }
  for (const goal of goals) {
    const told = results.filter(({ name }) => name === goal.view.name)
    const done = told.length
    if (done === 1 && wantsTold(goal.said.at(-1)!.text) && isEmptyList(told[0]!)) plan.calls.push(...wideCall(goal.view, told[0]!))
    let filled = fillArguments(goal.view, goal.said, known)
    const needed = done ? undefined : filled.missing.map(slot => lookupFor(slot.kind === 'id' ? kindOfId(slot) : '', settings.views)).find(Boolean)
    if (hasFailed(needed)) continue
    const lookup = needed && needed !== goal.view && !lookups.includes(needed) ? lookupCall(needed, goal, filled, known) : undefined
    if (lookup) {
      plan.calls.push(lookup.call)
      plan.topic = lookup.topic
      continue
    }
    if (filled.missing.length) filled = fillArguments(goal.view, goal.said, { ...known, takesPartOfName: true })
    if (filled.missing.length === 0) plan.calls.push(...callsOf(goal, filled).slice(done))
    else if (!done) plan.ask ??= { goal, slot: filled.missing[0]!, filled }
  }
  const [first] = plan.calls
  plan.topic ??= first && goals.find(({ view }) => view.name === first.name)?.view.slots.filter(({ kind }) => kind === 'query').map(({ name }) => first.arguments[name]).find(Boolean) as string
  if (first) plan.ask = undefined
  return plan
}

const isEmptyList = ({ status, value }: ToolResult) => status === 'done' && listIn(value)?.length === 0

/** Where words found nothing, a look at all there is, so that there is something to tell. */
function wideCall(view: ToolView, before: ToolResult): Answer['calls'] {
  const words = view.slots.filter(({ kind, path, schema }) => kind === 'query' && path.length === 1 && !schema.minLength && before.arguments[path[0]!])
  return words.length ? [{ name: view.name, arguments: { ...before.arguments, ...Object.fromEntries(words.map(({ name }) => [name, ''])) } }] : []
}

/** The calls a goal makes, once everything is known. */
export function callsOf({ view }: Goal, filled: Filled): Answer['calls'] {
  return argumentsOf(view.slots, filled).map(args => ({ name: view.name, arguments: args }))
}

/** Looks up the things one of which is meant, by whatever the goal itself did not understand. */
function lookupCall(view: ToolView, goal: Goal, understood: Filled, known: Known): { call: Answer['calls'][number]; topic?: string } | undefined {
  const isWords = ({ kind }: Slot) => kind === 'query' || kind === 'text' || kind === 'string'
  const filled = fillArguments({ ...view, slots: view.slots.filter(slot => !isWords(slot)) }, goal.said, known)
  const words = goal.said.map(({ text }, index) => contentOf(text, [...understood.taken[index]!, ...filled.taken[index]!])).filter(Boolean)
  if (words.length) view.slots.filter(slot => isWords(slot) && slot.isRequired).forEach(slot => filled.values.set(slot, [words.at(-1)]))
  if (view.slots.some(slot => slot.isRequired && !filled.values.has(slot))) return undefined
  return { call: { name: view.name, arguments: argumentsOf(view.slots, filled)[0]! }, topic: words.at(-1) }
}
