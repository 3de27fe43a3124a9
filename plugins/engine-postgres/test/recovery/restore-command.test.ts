import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { restoreCommandOf } from '../../src/recovery/restore-command.js'

const folder = mkdtempSync(join(tmpdir(), "walg restore'"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As PostgreSQL runs it: placeholders filled in, then sh. */
function run(command: string) {
  const filled = command.replace(
    /%([fp%])/g,
    (_, letter) => ({ f: 'SEGMENT', p: 'pg_wal/X', '%': '%' })[letter as 'f']!,
  )
  return spawnSync('sh', ['-c', filled], { cwd: folder, encoding: 'utf8' })
}

/** A program that shows what it is given and ends with this code. */
function program(code: number): readonly string[] {
  const path = join(folder, `exit-${code}%.sh`)
  writeFileSync(path, `printf '%s|' "$@" "$WALG_FILE_PREFIX"; exit ${code}\n`)
  return ['/bin/sh', path, 'pg']
}

describe('the exit code that PostgreSQL sees', () => {
  test.each([
    [0, 0],
    [1, 200],
    [2, 200],
    [11, 200],
    [74, 74],
    [75, 75],
    [76, 200],
    [125, 200],
    [126, 126],
    [127, 127],
    [130, 130],
    [200, 200],
  ])('of a program that ends with %i is %i', (code, seen) => {
    expect(run(restoreCommandOf(program(code), {}, undefined)).status).toBe(seen)
  })

  test('stops recovery when node is not there', () => {
    const { status } = run(restoreCommandOf(['/nowhere/node', 'walg.cjs', 'pg'], {}, undefined))

    expect(status).toBeGreaterThanOrEqual(126)
  })

  test('stops recovery when node cannot load the program', () => {
    const { status } = run(restoreCommandOf([process.execPath, '/nowhere/walg.cjs', 'pg'], {}, undefined))

    expect(status).toBe(200)
  })
})

test('arguments, settings and the config file arrive as they are', () => {
  const prefix = "/back up/100%/it's $HOME"
  const command = restoreCommandOf(program(0), { WALG_FILE_PREFIX: prefix }, "/etc/wal g's.json")

  expect(run(command).stdout).toBe(`pg|wal-fetch|SEGMENT|pg_wal/X|--config|/etc/wal g's.json|${prefix}|`)
})
