import { expect, test } from 'vitest'
import { pgbackrestBackupList } from '../../src/operations/pgbackrest-backup-list.js'
import { pgbackrestWalShow } from '../../src/operations/pgbackrest-wal-show.js'
import { LABEL, StanzaRepository, SYSTEM } from '../support/stanza-repository.js'
import { SyntheticWal } from '../support/synthetic-wal.js'

async function list(made: StanzaRepository, flags = {}, settings = {}) {
  const { text, jsonText } = await pgbackrestBackupList.run(made.context(settings), { args: {}, flags })
  return { text, json: jsonText === '' ? undefined : JSON.parse(jsonText ?? '') }
}

test('lists backups of every type, oldest first', async () => {
  const made = new StanzaRepository().backup().backup({ label: `${LABEL}_20260802-020000I`, type: 'incr' })

  expect((await list(made)).json).toEqual([
    {
      backup_name: LABEL,
      time: '2026-08-01T02:01:00Z',
      wal_file_name: '000000010000000000000004',
      storage_name: '',
    },
    {
      backup_name: `${LABEL}_20260802-020000I`,
      time: '2026-08-01T02:02:00Z',
      wal_file_name: '000000010000000000000004',
      storage_name: '',
    },
  ])
})

test('details come from the manifests, and one that cannot be read fails the list', async () => {
  const made = new StanzaRepository().backup()

  expect((await list(made, { detail: true })).json).toMatchObject([{ Type: 'full', DefaultFileMode: 0o600 }])
  made.put(`backup/main/${LABEL}/backup.manifest`, 'nonsense')
  await expect(list(made, { detail: true })).rejects.toMatchObject({ code: 'E_BACKUP_INVALID' })
})

test('another stanza is another repository; a name that leads elsewhere is refused', async () => {
  const made = new StanzaRepository().backup()

  expect((await list(made, {}, { PGBACKREST_STANZA: 'other' })).text).toBe('')
  await expect(list(made, {}, { PGBACKREST_STANZA: '..' })).rejects.toMatchObject({
    code: 'E_SETTING_INVALID',
  })
})

test('a damaged backup.info does not pass for an empty one', async () => {
  const made = new StanzaRepository()
  made.put('backup/main/backup.info', '[backup:current]\nx={\n')

  await expect(list(made)).rejects.toMatchObject({ code: 'E_BACKUP_INVALID' })
})

test('wal-show counts segments of all folders, and neither partial segments nor backup history files', async () => {
  const content = new SyntheticWal(SYSTEM).segment(1, 4, [])
  const made = new StanzaRepository().archiveInfo()
  for (const name of ['000000010000000000000FFF', '000000010000000100000001', '000000020000000100000002'])
    made.segment(name, content)
  made.segment('000000010000000100000002.partial', content)
  made.put('archive/main/15-1/0000000100000001/000000010000000100000001.00000028.backup', 'label')
  made.put('archive/main/15-1/00000002.history', '1\t1/200028\tno reason\n')

  const { text } = await pgbackrestWalShow.run(made.context(), { args: {}, flags: { 'detailed-json': true } })

  expect(JSON.parse(text ?? '')).toMatchObject([
    {
      id: 1,
      segments_count: 2,
      segment_range_size: 3,
      missing_segments: ['000000010000000100000000'],
      status: 'LOST_SEGMENTS',
    },
    { id: 2, parent_id: 1, switch_point_lsn: 0x1_0020_0028, segments_count: 1, status: 'OK' },
  ])
})
