import { expect, test } from 'vitest'
import { gridTable, plainTable } from '../../src/index.js'

const columns = [
  { name: 'backup_name', title: 'Backup name' },
  { name: 'host', title: 'Host' },
]

test('a plain table pads all columns but the last to the widest cell and one space', () => {
  expect(
    plainTable(columns, [
      ['base_1', 'db1.example'],
      ['', 'x'],
    ]),
  ).toBe('backup_name host\nbase_1      db1.example\n            x\n')
})

test('a grid has upper-case titles and counts its rows from 0, to the right', () => {
  const rows = Array.from({ length: 11 }, (_, index) => [`base_${index}`, 'é'])

  const lines = gridTable(columns, rows).split('\n')

  expect(lines.slice(0, 4)).toEqual([
    '+----+-------------+------+',
    '|  # | BACKUP NAME | HOST |',
    '+----+-------------+------+',
    '|  0 | base_0      | é    |',
  ])
  expect(lines[13]).toBe('| 10 | base_10     | é    |')
})

test('a character beyond the basic plane is one column wide', () => {
  expect(plainTable(columns, [['𝟘', 'x']])).toBe('backup_name host\n𝟘           x\n')
})
