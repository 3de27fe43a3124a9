/**
 * Lines of cells under each other as Go's text/tabwriter lays them out, which WAL-G prints its listings with. Every cell but the last of
 * a line is padded, to the widest of those lines above and below that have a cell there, and one space.
 */
export function tabbed(lines: readonly (readonly string[])[]): string {
  const widths = lines.map((cells) => cells.map(() => 0))
  for (let column = 0; lines.some((cells) => cells.length > column + 1); column++) {
    for (let start = 0; start < lines.length; ) {
      let end = start
      while (end < lines.length && lines[end]!.length > column + 1) end++
      const widest = Math.max(0, ...lines.slice(start, end).map((cells) => lengthOf(cells[column]!)))
      for (let at = start; at < end; at++) widths[at]![column] = widest + 1
      start = end === start ? start + 1 : end
    }
  }
  return lines
    .map((cells, at) => `${cells.map((cell, column) => padded(cell, widths[at]![column]!)).join('')}\n`)
    .join('')
}

/** Characters, not UTF-16 units. */
const lengthOf = (text: string) => [...text].length
const padded = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - lengthOf(text)))
