/** A stretch of the calendar, in UTC, of which a policy keeps one backup. */
export interface Period {
  readonly rule: 'keepWeekly' | 'keepMonthly' | 'keepYearly'
  readonly adjective: string
  /** The same for all times of one stretch, and shown. */
  keyOf(time: Date): string
}

const DAY_MS = 24 * 3_600_000
const THURSDAY = 4

export const PERIODS: readonly Period[] = [
  { rule: 'keepWeekly', adjective: 'weekly', keyOf: isoWeek },
  { rule: 'keepMonthly', adjective: 'monthly', keyOf: (time) => time.toISOString().slice(0, 7) },
  { rule: 'keepYearly', adjective: 'yearly', keyOf: (time) => time.toISOString().slice(0, 4) },
]

/** ISO 8601: weeks begin on Monday, and the first of a year is that with its first Thursday. */
function isoWeek(time: Date): string {
  const weekday = time.getUTCDay() || 7
  const thursday = new Date(time.getTime() + (THURSDAY - weekday) * DAY_MS)
  const year = thursday.getUTCFullYear()
  const dayOfYear = Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS)
  return `${year}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`
}
