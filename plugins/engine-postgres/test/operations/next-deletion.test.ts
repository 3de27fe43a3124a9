import { parseCommandLine } from '@walg/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deleteRetain } from '../../src/operations/delete.js'
import { status } from '../../src/operations/status.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { repository, type StatusJson, statusOf } from '../support/status-of.js'
import { name } from '../support/synthetic-repository.js'
import { testContext } from '../support/test-context.js'

describe('the next deletion', () => {
  // A day that ends during a test would be another one.
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-08-20T12:00:00Z') }))
  afterEach(() => void vi.useRealTimers())

  const dayAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString()
  const dayToCome = (days: number) => dayAgo(-days).slice(0, 10)

  /** Full backups so many days old, oldest first, each with its segment. */
  function aged(...ages: readonly number[]) {
    const made = repository(ages.map((_, at) => at + 2))
    const names = ages.map((age, at) => made.backup({ segment: at + 2, from: dayAgo(age), to: dayAgo(age) }))
    return { made, names }
  }

  test('is told only where a policy is given', async () => {
    const { text, json } = await statusOf(aged(2.5, 1.5).made)

    expect(text).not.toContain('Next deletion')
    expect(json).not.toHaveProperty('next_deletion')
  })

  test('now is what delete retain would delete', async () => {
    const { made, names } = aged(3.5, 2.5, 1.5)
    const { input } = parseCommandLine(deleteRetain, ['--keep-full', '2', '--json'])
    const { json: plan } = await deleteRetain.run(made.context(), input)
    const { objects } = plan as unknown as { objects: readonly { action: string; size: number }[] }
    const gone = objects.filter(({ action }) => action === 'delete')

    const { text, json } = await statusOf(made, { 'keep-full': 2 })

    expect(gone.length).toBeGreaterThan(0)
    const bytes = gone.reduce((sum, { size }) => sum + size, 0)
    expect(json.next_deletion).toMatchObject({
      now: { backups: [names[0]], objects: gone.length, bytes },
      first: { date: dayToCome(0), backups: [names[0]] },
    })
    expect(text).toMatch(new RegExp(`Next deletion +now, 1 backup: ${names[0]}; ${gone.length} object`))
  })

  test('is on the first day on which a backup goes, or not within sight', async () => {
    const { made, names } = aged(2.5, 1.5)

    const soon = await statusOf(made, { 'keep-days': 5 })
    const never = await statusOf(made, { 'keep-days': 5000 })

    expect(soon.json.next_deletion?.first).toEqual({ date: dayToCome(4), backups: [names[0]] })
    expect(soon.text).toMatch(new RegExp(`Next deletion +on ${dayToCome(4)}, 1 backup: ${names[0]}\n`))
    expect(never.json.next_deletion).toMatchObject({ first: null, horizon_days: 400 })
    expect(never.text).toMatch(/Next deletion +nothing within 400 days\n/)
  })

  test('is not known where delete retain refuses', async () => {
    const { made } = aged(2.5, 1.5)
    made.driver.set(`basebackups_005/base_${name(3)}_backup_stop_sentinel.json`, '{"LSN":', dayAgo(1.5))

    const { text, json } = await statusOf(made, { 'keep-full': 1 })

    expect(json.next_deletion).toEqual({ problem: expect.stringContaining(`base_${name(3)} cannot be read`) })
    expect(text).toMatch(/Next deletion +not known: unable to delete backups/)
  })

  test('is not known where not all storages are looked at', async () => {
    const { made } = aged(2.5, 1.5)
    const ctx = testContext({ default: made.driver, second: new MemoryDriver() }, { WALG_PG_WAL_SIZE: '1' })
    const flags = { 'without-server': true, 'target-storage': 'default', 'keep-full': 1 }

    const { jsonText } = await status.run(ctx, { args: {}, flags })

    expect((JSON.parse(jsonText ?? '') as StatusJson).next_deletion).toEqual({
      problem: expect.stringContaining('second was not looked at'),
    })
  })

  test('of a policy that keeps nothing is an error', async () => {
    await expect(statusOf(aged(1).made, { 'keep-full': 0 })).rejects.toMatchObject({ code: 'E_USAGE' })
  })
})
