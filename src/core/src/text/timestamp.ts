const NS_PER_SECOND = 1_000_000_000n

/** RFC 3339 in the zone of this machine, with as many digits of the second as are not zero; as Go writes times. */
export function formatLocalTime(nanoseconds: bigint): string {
  const { seconds, fraction } = split(nanoseconds)
  const offset = -new Date(Number(seconds) * 1000).getTimezoneOffset()
  const wall = new Date((Number(seconds) + offset * 60) * 1000).toISOString().slice(0, 19)
  return wall + fraction + formatOffset(offset)
}

/** The same in UTC. */
export function formatUtcTime(nanoseconds: bigint): string {
  const { seconds, fraction } = split(nanoseconds)
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${fraction}Z`
}

/** The same without a fraction of the second. */
export function formatWholeSeconds(nanoseconds: bigint): string {
  return formatUtcTime(split(nanoseconds).seconds * NS_PER_SECOND)
}

/** `Saturday, 01-Aug-26 02:00:18 UTC`, for people. */
export function formatListTime(nanoseconds: bigint): string {
  const date = new Date(Number(split(nanoseconds).seconds) * 1000)
  const weekday = date.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
  const [, day, month, year, time] = date.toUTCString().split(' ')
  return `${weekday}, ${day}-${month}-${year?.slice(2)} ${time} UTC`
}

/** Nanoseconds since 1970 of an RFC 3339 time; undefined for other texts. */
export function parseTimestamp(text: string): bigint | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (!match) return undefined
  const milliseconds = Date.parse(`${match[1]}${match[3]}`)
  if (Number.isNaN(milliseconds)) return undefined
  return BigInt(milliseconds) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'))
}

/** Now, in whole microseconds. */
export function nowMicroseconds(date: Date): bigint {
  const within = BigInt(Math.floor((performance.now() % 1) * 1000))
  return (BigInt(date.getTime()) * 1000n + within) * 1000n
}

function split(nanoseconds: bigint) {
  const rest = ((nanoseconds % NS_PER_SECOND) + NS_PER_SECOND) % NS_PER_SECOND
  const digits = rest.toString().padStart(9, '0').replace(/0+$/, '')
  return { seconds: (nanoseconds - rest) / NS_PER_SECOND, fraction: digits === '' ? '' : `.${digits}` }
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'Z'
  const two = (value: number) => String(value).padStart(2, '0')
  const absolute = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`
}
