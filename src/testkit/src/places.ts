const EDGE = 64

/** Places to cut or change at: each one where there are few, otherwise all near both ends, and some between. */
export function placesIn(length: number, most: number): readonly number[] {
  if (length <= most) return Array.from({ length }, (_, at) => at)
  const inside = length - 2 * EDGE
  const step = Math.ceil(inside / Math.max(most - 2 * EDGE, 1))
  const between = Array.from({ length: Math.floor(inside / step) }, (_, at) => EDGE + at * step)
  const first = Array.from({ length: EDGE }, (_, at) => at)
  return [...first, ...between, ...first.map((at) => length - EDGE + at)]
}

/** Some of many, spread over all of them. */
export function someOf<T>(all: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, all.length / most)
  return Array.from({ length: Math.min(all.length, most) }, (_, at) => all[Math.floor(at * step)]!)
}
