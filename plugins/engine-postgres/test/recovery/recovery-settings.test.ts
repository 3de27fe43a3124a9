import { describe, expect, test } from 'vitest'
import { type RecoveryPlan, recoveryFiles } from '../../src/recovery/recovery-settings.js'

const plan: RecoveryPlan = {
  pgVersion: 150_003,
  target: { kind: 'time', timeUs: 1_785_578_400_500_000n },
  timeline: '1',
  action: 'pause',
  isStandby: false,
  restoreCommand: "walg wal-fetch '%f'",
}

function settingsOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => /^(\w+) = '(.*)'$/.exec(line)!.slice(1, 3) as [string, string]))
}

describe('since PostgreSQL 12', () => {
  test('settings go to postgresql.auto.conf, and a signal file asks for recovery', () => {
    const [settings, signal, ...others] = recoveryFiles(plan, "work_mem = '8MB'\n")

    expect(others).toEqual([])
    expect(signal).toEqual({ name: 'recovery.signal', text: '' })
    expect(settings?.name).toBe('postgresql.auto.conf')
    expect(settings?.text).toMatch(/^work_mem = '8MB'\n# written by walg pg restore\n/)
    expect(settings?.text).toContain("restore_command = 'walg wal-fetch ''%f'''\n")
    expect(settings?.text).toContain("recovery_target_time = '2026-08-01 10:00:00.5+00'\n")
    expect(settings?.text).toContain("recovery_target_action = 'pause'\n")
    expect(settings?.text).toContain("recovery_target_timeline = '1'\n")
  })

  test('recovery settings of the old server are dropped from postgresql.auto.conf', () => {
    const old = [
      "restore_command = 'old'",
      "  Recovery_Target_Name='old'",
      "recovery_end_command = 'rm'",
      "recovery_min_apply_delay = '1d'",
      "archive_cleanup_command = 'rm'",
      "primary_conninfo = 'host=old'",
    ]

    const [settings] = recoveryFiles(plan, old.join('\n'))

    expect(settings?.text).not.toMatch(/'old'|'rm'|'1d'/)
    expect(settings?.text).toMatch(/^primary_conninfo = 'host=old'\n# written/)
  })

  test('targets of postgresql.conf are emptied before the one that counts is set', () => {
    const [settings] = recoveryFiles(plan, '')

    const names = [...settingsOf(settings?.text ?? '')].filter(([name]) => /^recovery_target(_|$)/.test(name))
    const empty = names.filter(([, value]) => value === '').map(([name]) => name)
    expect(empty.toSorted()).toEqual([
      'recovery_target',
      'recovery_target_lsn',
      'recovery_target_name',
      'recovery_target_xid',
    ])
    const position = (name: string) => names.findIndex(([other]) => other === name)
    expect(Math.max(...empty.map(position))).toBeLessThan(position('recovery_target_time'))
  })

  test('recovery to the end of the archive has no target, and none of postgresql.conf either', () => {
    const [settings] = recoveryFiles({ ...plan, target: { kind: 'latest' } }, '')

    const values = settingsOf(settings?.text ?? '')
    expect(values.get('recovery_target_time')).toBe('')
    expect(values.has('recovery_target_action')).toBe(false)
  })

  test('a standby gets standby.signal and may keep its delay', () => {
    const standby = { ...plan, target: { kind: 'latest' }, timeline: 'latest', isStandby: true } as const
    const [settings, signal] = recoveryFiles(standby, '')

    expect(signal?.name).toBe('standby.signal')
    expect(settings?.text).not.toContain('recovery_min_apply_delay')
    expect(settings?.text).toContain("recovery_target_timeline = 'latest'\n")
  })

  test('no timeline means the current one', () => {
    const [settings] = recoveryFiles({ ...plan, timeline: undefined }, '')

    expect(settings?.text).toContain("recovery_target_timeline = 'current'\n")
  })
})

describe.each([100_023, 110_022])('version %i', (pgVersion) => {
  test('reads recovery.conf and nothing else', () => {
    const files = recoveryFiles({ ...plan, pgVersion }, "work_mem = '8MB'")

    expect(files.map(({ name }) => name)).toEqual(['recovery.conf'])
    expect([...settingsOf(files[0]!.text).keys()]).toEqual([
      'restore_command',
      'recovery_target_timeline',
      'recovery_target_inclusive',
      'recovery_target_time',
      'recovery_target_action',
    ])
  })

  test('is made a standby by standby_mode', () => {
    const standby = {
      ...plan,
      pgVersion,
      target: { kind: 'latest' },
      timeline: undefined,
      isStandby: true,
    } as const
    const [file] = recoveryFiles(standby, '')

    expect(file?.text).toContain("standby_mode = 'on'\n")
    expect(file?.text).not.toContain('timeline')
  })
})

test.each([
  [{ kind: 'immediate' }, "recovery_target = 'immediate'"],
  [{ kind: 'lsn', lsn: 0x1_0000_000an }, "recovery_target_lsn = '1/A'"],
  [{ kind: 'xid', transactionId: 7n }, "recovery_target_xid = '7'"],
  [{ kind: 'name', name: "o'clock" }, "recovery_target_name = 'o''clock'"],
] as const)('%o is written as PostgreSQL reads it', (target, line) => {
  for (const pgVersion of [100_000, 120_000]) {
    const [file] = recoveryFiles({ ...plan, pgVersion, target }, '')
    expect(file?.text).toContain(`${line}\n`)
  }
})
