/** A text that would like to stand at a place. */
export interface WantedLabel {
  readonly text: string
  /** Where its middle is to be. */
  readonly x: number
  /** Higher ones get their place first. */
  readonly weight: number
}

export interface PlacedLabel {
  readonly text: string
  /** Its middle. */
  readonly x: number
  /** From 0, the row next to what is labelled. */
  readonly row: number
}

/** Where labels may stand. */
export interface LabelSpace {
  readonly rows: number
  readonly left: number
  readonly right: number
  /** At least the width of any character of the font. */
  readonly characterWidth: number
  readonly gap: number
}

/** As many labels as find room without touching each other or the ends of the rows. Those at the ends move inwards. */
export function placeLabels(wanted: readonly WantedLabel[], space: LabelSpace): readonly PlacedLabel[] {
  const taken: { readonly row: number; readonly from: number; readonly to: number }[] = []
  const placed: PlacedLabel[] = []
  for (const { text, x } of [...wanted].sort((a, b) => b.weight - a.weight || b.x - a.x)) {
    const half = (text.length * space.characterWidth) / 2
    const middle = Math.min(space.right - half, Math.max(space.left + half, x))
    const from = middle - half - space.gap
    const to = middle + half + space.gap
    const isFree = (row: number) =>
      !taken.some((other) => other.row === row && from < other.to && other.from < to)
    const row = Array.from({ length: space.rows }, (_, at) => at).find(isFree)
    if (row === undefined) continue
    taken.push({ row, from, to })
    placed.push({ text, row, x: Math.round(middle * 100) / 100 })
  }
  return placed
}
