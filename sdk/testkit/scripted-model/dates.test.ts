import { expect, it } from 'vitest'
import { findDays, findTimes, writeDay, writeMoment, writeTime } from './dates.js'

// A Tuesday, ten in the morning in Beijing.
const clock = { now: Date.UTC(2026, 10, 24, 2), utcOffsetMinutes: 480 }
const days = (text: string) => findDays(text, clock).map(({ day }) => writeDay(day))
const times = (text: string) => findTimes(text).map(({ minutes }) => writeTime(minutes, false))

it.each([
  ['明天', '2026-11-25'], ['大后天', '2026-11-27'], ['下周三', '2026-12-02'], ['周五', '2026-11-27'], ['3天后', '2026-11-27'], ['1月2日', '2027-01-02'],
  ['the day after tomorrow', '2026-11-26'], ['on Friday', '2026-11-27'], ['next monday', '2026-11-30'], ['December 24th', '2026-12-24'], ['2026-12-01', '2026-12-01'],
])('reads “%s” as a day', (text, day) => expect(days(text)).toEqual([day]))

it.each([
  ['下午3点半', '15:30'], ['上午十点', '10:00'], ['晚上八点一刻', '20:15'], ['14:05', '14:05'], ['4:30 pm', '16:30'], ['at 9am', '09:00'], ['noon', '12:00'],
])('reads “%s” as a time', (text, time) => expect(times(text)).toEqual([time]))

it('takes the day of the person, not of the server', () => {
  const late = { now: Date.UTC(2026, 10, 24, 20), utcOffsetMinutes: 480 }
  expect(findDays('今天', late).map(({ day }) => writeDay(day))).toEqual(['2026-11-25'])
})
it('takes no house number for a day, and no “a little” for a time', () => {
  expect(days('12号楼')).toEqual([])
  expect(times('便宜一点')).toEqual([])
})
it('writes a moment in UTC, the next one where no day was said', () => {
  expect(writeMoment(undefined, 9 * 60, clock)).toBe('2026-11-25T01:00:00Z')
  expect(writeMoment(undefined, 11 * 60, clock)).toBe('2026-11-24T03:00:00Z')
})
