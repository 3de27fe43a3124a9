import { describe, expect, test } from 'vitest'
import { catalogAt } from '../../src/catalog/backup-catalog.js'
import { chooseParent, type DeltaRequest, requireSameCluster } from '../../src/push/delta-parent.js'
import { lsn, SyntheticRepository } from '../support/synthetic-repository.js'

const REQUEST: DeltaRequest = { maxSteps: 2, fromName: undefined, fromUserData: undefined }

async function catalogOf(repo: SyntheticRepository) {
  const ctx = repo.context()
  return catalogAt(ctx, await ctx.storage())
}

async function repository() {
  const repo = new SyntheticRepository(7n)
  const older = repo.backup({ segment: 2, from: '2026-08-01T00:00:00Z', to: '2026-08-01T00:01:00Z' })
  const newer = repo.backup({ segment: 5, from: '2026-08-02T00:00:00Z', to: '2026-08-02T00:01:00Z' })
  return { older, newer, catalog: await catalogOf(repo) }
}

describe('the parent of a delta', () => {
  test('is the newest backup, or the one that is named', async () => {
    const { catalog, older, newer } = await repository()

    expect((await chooseParent(catalog, REQUEST))?.name).toBe(newer)
    expect((await chooseParent(catalog, { ...REQUEST, fromName: older }))?.name).toBe(older)
  })

  test('is none without steps, and none in an empty repository', async () => {
    const { catalog } = await repository()
    const empty = await catalogOf(new SyntheticRepository())

    expect(await chooseParent(catalog, { ...REQUEST, maxSteps: 0 })).toBeUndefined()
    expect(await chooseParent(empty, REQUEST)).toBeUndefined()
  })

  test('must exist when it is named', async () => {
    const { catalog } = await repository()

    await expect(
      chooseParent(catalog, { ...REQUEST, fromName: 'base_0000000100000000000000FF' }),
    ).rejects.toMatchObject({ code: 'E_BACKUP_NOT_FOUND' })
  })

  test('must be of this cluster, and not of its future', async () => {
    const { catalog } = await repository()
    const parent = (await chooseParent(catalog, REQUEST))!

    expect(() => requireSameCluster(parent, lsn(9), 8n)).toThrow(/system 7/)
    expect(() => requireSameCluster(parent, lsn(4), 7n)).toThrow(/greater than current LSN/)
    expect(() => requireSameCluster(parent, lsn(9), 7n)).not.toThrow()
  })
})
