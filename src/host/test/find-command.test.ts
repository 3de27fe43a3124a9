import type { Config } from '@oclif/core'
import { expect, test } from 'vitest'
import { splitCommand } from '../find-command.js'

const BOOL = { type: 'boolean' }
const OPTION = { type: 'option', char: 'a' }
const commands = [
  { id: 'pg:delete:before', flags: { confirm: BOOL } },
  { id: 'pg:delete:retain', flags: { confirm: BOOL, after: OPTION } },
  { id: 'pg:backup-list', flags: {} },
]
const config = {
  commands,
  commandIDs: commands.map(({ id }) => id),
  findCommand: (id: string) => commands.find((command) => command.id === id),
} as unknown as Config

test.each([
  ['pg delete before x --confirm', 'pg:delete:before', 'x --confirm'],
  ['pg delete --confirm before x', 'pg:delete:before', 'x --confirm'],
  ['pg delete --config /c before x', 'pg:delete:before', 'x --config /c'],
  ['pg delete --config=/c --confirm before x', 'pg:delete:before', 'x --config=/c --confirm'],
  ['pg delete --after T retain 1', 'pg:delete:retain', '1 --after T'],
  ['pg delete -a T retain 1 -- x', 'pg:delete:retain', '1 -a T -- x'],
  ['pg delete --confirm', undefined, ''],
  ['pg delete --confirm -- before', undefined, ''],
  ['pg --confirm backup-list', undefined, ''],
  ['pg delete --confirm other', undefined, ''],
])('%s is the command %s', (line, id, rest) => {
  const split = splitCommand(line.split(' '), config)

  expect(split.id).toBe(id)
  if (id !== undefined) expect(split.rest.join(' ')).toBe(rest)
})
