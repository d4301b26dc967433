import { readNumeral, zhNumeral } from './numbers.js'
import type { Span } from './words.js'

/** What “now” is, and how far the person's clock is ahead of UTC. */
export interface LocalClock {
  now: number
  utcOffsetMinutes: number
}

/** A day somebody named, as days since 1970 on the person's calendar. */
export interface FoundDay extends Span {
  day: number
}

/** A time of day somebody named, in minutes since midnight. */
export interface FoundTime extends Span {
  minutes: number
}

const dayMs = 86_400_000
const number = `(?:\\d{1,2}|${zhNumeral}{1,3})`
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthName = `(${months.join('|')})[a-z]*\\.?`

type DayRule = [pattern: RegExp, day: (match: RegExpMatchArray, today: number) => number | undefined]

// The first rule that matches a place wins it, so the longer wordings come first.
const dayRules: DayRule[] = [
  [/(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?/g, m => dayOf(Number(m[1]), Number(m[2]), Number(m[3]))],
  [new RegExp(`(${number})月(${number})[日号]?`, 'g'), (m, today) => upcoming(readNumeral(m[1]!), readNumeral(m[2]!), today)],
  [new RegExp(`\\b${monthName}\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b`, 'gi'), (m, today) => upcoming(monthOf(m[1]!), Number(m[2]), today)],
  [new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? ${monthName}\\b`, 'gi'), (m, today) => upcoming(monthOf(m[2]!), Number(m[1]), today)],
  [/大后天|\bin three days\b/gi, (_, today) => today + 3],
  [/后天|\b(?:the )?day after tomorrow\b/gi, (_, today) => today + 2],
  [/明[天日]|明(?=[早晚])|\b(?:tomorrow|tmr)\b/gi, (_, today) => today + 1],
  [/今[天日]|今(?=[早晚])|\btoday\b|\bto(?=night\b)/gi, (_, today) => today],
  [/昨[天日]|\byesterday\b/gi, (_, today) => today - 1],
  [new RegExp(`(${number})天(?:之?后|以后)`, 'g'), (m, today) => today + readNumeral(m[1]!)],
  [/\bin (\d{1,2}) days?\b/gi, (m, today) => today + Number(m[1])],
  [/(下下|下|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])/g, (m, today) => weekday(Math.min(6, '一二三四五六日天'.indexOf(m[2]!)), m[1], today)],
  [/\b(?:on\s+)?(next|this|coming)?\s*\b(sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:day)?\b/gi, enWeekday],
  [/\bnext week\b|下周(?![一二三四五六日天])/gi, (_, today) => today + 7],
  [new RegExp(`(?<![\\d年月])(\\d{1,2})[号日](?!楼|线|门|院|店)`, 'g'), (m, today) => nextDayOfMonth(Number(m[1]), today)],
]

/** The days a text names, in order. Weeks begin on Monday; a weekday without “next” is the coming one. */
export function findDays(text: string, clock: LocalClock): FoundDay[] {
  const today = Math.floor((clock.now + clock.utcOffsetMinutes * 60_000) / dayMs)
  const found: FoundDay[] = []
  for (const [pattern, dayFor] of dayRules) {
    for (const match of text.matchAll(pattern)) {
      const span = { start: match.index, end: match.index + match[0].length }
      const day = dayFor(match, today)
      if (day === undefined || found.some(other => span.start < other.end && span.end > other.start)) continue
      found.push({ ...span, day })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}

const zhTime = new RegExp(`(凌晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|晚)?(${number})(?:点钟?|时(?!间)|[:：](?=\\d))(半|一刻|三刻|\\d{1,2}|${zhNumeral}{1,3})?分?`, 'g')
const enTime = /\b(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?\s*([ap])\.?m\b\.?|\bat\s+(\d{1,2})(?::(\d{2}))?(?:\s*o'clock)?(?!\s*(?:[a-z]*\d|%|[A-Z][a-z]+))\b|\b(noon|midnight)\b/g

/** The times of day a text names, in order. Hours from 1 to 6 without a part of the day are in the afternoon. */
export function findTimes(text: string): FoundTime[] {
  const found: FoundTime[] = []
  for (const match of text.matchAll(enTime)) {
    const [whole, hour12, minutes12, half, hour, minutes, word] = match
    const span = { start: match.index, end: match.index + whole.length }
    if (word) found.push({ ...span, minutes: word === 'noon' ? 720 : 0 })
    else if (half) found.push({ ...span, minutes: ((Number(hour12) % 12) + (half === 'p' ? 12 : 0)) * 60 + Number(minutes12 ?? 0) })
    else found.push({ ...span, minutes: daytime(Number(hour)) * 60 + Number(minutes ?? 0) })
  }
  for (const match of text.matchAll(zhTime)) {
    const [whole, part, hour, rest] = match
    const span = { start: match.index, end: match.index + whole.length }
    // 一点 alone is “a little”.
    if (whole === '一点' || found.some(other => span.start < other.end && span.end > other.start)) continue
    const minutes = rest === '半' ? 30 : rest === '一刻' ? 15 : rest === '三刻' ? 45 : rest ? readNumeral(rest) : 0
    found.push({ ...span, minutes: zhHour(readNumeral(hour!), part, whole.includes(':')) * 60 + minutes })
  }
  return found.filter(time => time.minutes < 1440).sort((a, b) => a.start - b.start)
}

/** `2026-11-25` */
export function writeDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10)
}

/** `15:30:00`, or `15:30` where the schema asks for no format. */
export function writeTime(minutes: number, withSeconds: boolean): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}${withSeconds ? ':00' : ''}`
}

/** A moment in UTC. Without a day it is the next time the clock shows that time. */
export function writeMoment(day: number | undefined, minutes: number, clock: LocalClock): string {
  const offsetMs = clock.utcOffsetMinutes * 60_000
  const today = Math.floor((clock.now + offsetMs) / dayMs)
  let moment = (day ?? today) * dayMs + minutes * 60_000 - offsetMs
  if (day === undefined && moment < clock.now) moment += dayMs
  return new Date(moment).toISOString().replace('.000', '')
}

function zhHour(hour: number, part: string | undefined, isDigital: boolean): number {
  if (part === undefined) return isDigital ? hour : daytime(hour)
  if (/下午|傍晚|晚/.test(part) && hour < 12) return hour + 12
  return part === '中午' && hour < 3 ? hour + 12 : hour
}

function daytime(hour: number): number {
  return hour >= 1 && hour <= 6 ? hour + 12 : hour
}

function dayOf(year: number, month: number, date: number): number | undefined {
  return month >= 1 && month <= 12 && date >= 1 && date <= 31 ? Date.UTC(year, month - 1, date) / dayMs : undefined
}

function upcoming(month: number, date: number, today: number): number | undefined {
  const year = new Date(today * dayMs).getUTCFullYear()
  const day = dayOf(year, month, date)
  return day !== undefined && day < today ? dayOf(year + 1, month, date) : day
}

function nextDayOfMonth(date: number, today: number): number | undefined {
  const now = new Date(today * dayMs)
  const month = now.getUTCMonth() + (date < now.getUTCDate() ? 1 : 0)
  return date >= 1 && date <= 31 ? Date.UTC(now.getUTCFullYear(), month, date) / dayMs : undefined
}

function monthOf(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

/** `index` counts from Monday. */
function weekday(index: number, which: string | undefined, today: number): number {
  // 1970-01-01 was a Thursday.
  const current = (today + 3) % 7
  const monday = today - current
  if (which === '下下') return monday + 14 + index
  if (which === '下' || which === 'next') return monday + 7 + index
  return today + ((index - current + 7) % 7)
}

function enWeekday(match: RegExpMatchArray, today: number): number | undefined {
  // “sat” and “sun” without “day” are more often something else.
  if (/^(sun|sat)$/i.test(match[0].trim())) return undefined
  return weekday((weekdays.indexOf(match[2]!.slice(0, 3).toLowerCase()) + 6) % 7, match[1]?.toLowerCase(), today)
}
