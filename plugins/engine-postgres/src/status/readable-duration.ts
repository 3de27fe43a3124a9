const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

/** The two largest units of a time span, as in `2 d 3 h`. What lies in the future is 0 s. */
export function readableDuration(ms: number): string {
  let rest = Math.max(0, ms)
  const parts = UNITS.map(([name, unit]) => {
    const count = Math.floor(rest / unit)
    rest -= count * unit
    return { name, count }
  })
  const largest = parts.findIndex(({ count }) => count > 0)
  if (largest < 0) return '0 s'
  const shown = parts.slice(largest, largest + 2).filter(({ count }) => count > 0)
  return shown.map(({ name, count }) => `${count} ${name}`).join(' ')
}
