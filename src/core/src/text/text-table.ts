/** A column: its name in plain tables, its title in grids. */
export interface TableColumn {
  readonly name: string
  readonly title: string
  /** In grids: numbers and the like end at the right. */
  readonly isRightAligned?: boolean
}

/** Columns under a line of their names, padded to the widest cell plus one space; the last one as it is. */
export function plainTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ name }) => name), ...rows]
  const widths = widthsOf(lines)
  return lines
    .map((cells) => {
      const last = cells.length - 1
      return `${cells.map((cell, index) => (index < last ? `${padded(cell, widths[index])} ` : cell)).join('')}\n`
    })
    .join('')
}

/** A grid with upper-case titles, in which a first column counts the rows from 0. */
export function gridTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const number: TableColumn = { name: '#', title: '#', isRightAligned: true }
  return borderedTable(
    [number, ...columns],
    rows.map((cells, index) => [String(index), ...cells]),
  )
}

/** The same without the count. */
export function borderedTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const titles = columns.map(({ title }) => title.toUpperCase())
  const widths = widthsOf([titles, ...rows])
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`
  const cellOf = (cell: string, index: number) =>
    columns[index]?.isRightAligned ? leftPadded(cell, widths[index]) : padded(cell, widths[index])
  const line = (cells: readonly string[]) =>
    `|${cells.map((cell, at) => ` ${cellOf(cell, at)} `).join('|')}|\n`
  return rule + line(titles) + rule + rows.map(line).join('') + rule
}

function widthsOf(lines: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = []
  for (const cells of lines) {
    for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
  }
  return widths
}

/** Characters, not UTF-16 units. */
const widthOf = (text: string) => [...text].length
const leftPadded = (text: string, width = 0) => ' '.repeat(Math.max(0, width - widthOf(text))) + text
const padded = (text: string, width = 0) => text + ' '.repeat(Math.max(0, width - widthOf(text)))
