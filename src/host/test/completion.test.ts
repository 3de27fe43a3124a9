import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '@oclif/core'
import { describe, expect, test } from 'vitest'
import { describeOptional } from '../../../test/support/describe-with.js'
import { temporaryFolder } from '../../../test/support/temporary-folder.js'
import { completionScript, type Shell } from '../completion.js'

const flags = { permanent: {}, full: {}, secret: { hidden: true } }
const config = {
  commands: [
    { id: 'completion', summary: 'Print a script', flags: {} },
    { id: 'pg:backup-push', summary: "Make a 'backup' of $HOME: now", flags },
    { id: 'pg:backup-list', summary: 'List `backups`', flags: { pretty: {} } },
    { id: 'pg:wal-prefetch', summary: 'hidden', hidden: true, flags: {} },
    { id: 'mysql:backup-push', summary: 'other', flags: {} },
  ],
} as unknown as Config

const walg = { name: 'walg', prefix: '' }
const dropIn = { name: 'wal-g', prefix: 'pg:' }

const lacks = (shell: string) =>
  spawnSync(shell, ['-c', 'true']).status === 0 ? undefined : `no ${shell} here`

/** What the shell itself offers after these words, the last of which is being typed. */
function offered(shell: Shell, program: typeof walg, words: readonly string[]): readonly string[] {
  const path = join(temporaryFolder(), 'script')
  writeFileSync(path, completionScript(shell, program, config))
  const line = [program.name, ...words]
  const { stdout, stderr, status } = spawnSync(shell, ['-c', probe(shell, path, line)], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  return (
    stdout
      .split('\n')
      .map((candidate) => candidate.split('\t')[0]!)
      // zsh leaves it to itself to pick those that fit.
      .filter((candidate) => candidate !== '' && candidate.startsWith(words.at(-1) ?? ''))
      .sort()
  )
}

function probe(shell: Shell, path: string, line: readonly string[]): string {
  if (shell === 'fish') return `source ${path}; complete -C '${line.join(' ')}'`
  const fn = `_${line[0]!.replace(/\W/g, '_')}_complete`
  const words = line.map((word) => `'${word}'`).join(' ')
  const run = `COMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; ${fn}; printf '%s\\n' "\${COMPREPLY[@]}"`
  if (shell === 'bash') return `source ${path}; ${run}`
  // zsh counts from 1 unless told otherwise, as its bash compatibility does when it calls the function.
  return `autoload -U +X compinit && compinit -u -D; source ${path}; setopt ksharrays shwordsplit; ${run}`
}

for (const shell of ['bash', 'zsh', 'fish'] as const) {
  describeOptional(`completion in ${shell}`, lacks(shell), () => {
    test('offers commands', () => {
      expect(offered(shell, walg, ['pg', 'backup-'])).toEqual(['backup-list', 'backup-push'])
      expect(offered(shell, dropIn, ['backup-p'])).toEqual(['backup-push'])
    })

    test('offers the flags of a command, hidden ones left out', () => {
      expect(offered(shell, dropIn, ['backup-push', '--'])).toEqual(['--full', '--permanent'])
    })
  })
}

describe('a script', () => {
  test('of the drop-in knows its own commands only', () => {
    const script = completionScript('bash', dropIn, config)

    expect(script).toContain('complete -o filenames -F _wal_g_complete wal-g')
    expect(script).not.toMatch(/mysql|completion'\)|prefetch/)
  })
})
