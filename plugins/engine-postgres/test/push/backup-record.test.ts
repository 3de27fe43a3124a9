import { tmpdir } from 'node:os'
import type { ByteStream } from '@walg/sdk'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../src/catalog/backup-manifest.js'
import { readFilesMetadata } from '../../src/catalog/files-metadata.js'
import { MemberList } from '../../src/catalog/member-list.js'
import { BackupRecord } from '../../src/push/backup-record.js'

async function bytesOf(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const NOTHING = new MemberList(tmpdir())

describe('the documents of a backup', () => {
  test('hold every file, part and proof, also of very many', async () => {
    const record = new BackupRecord(true, tmpdir())
    for (let index = 0; index < 20_000; index++) {
      const name = `/base/5/${index} "ü"`
      record.addName('part_001.tar', name)
      record.addDescription(name, { modifiedNs: BigInt(index) * 1_000_000_000n, updates: 0 })
      record.addContent(name, { size: index, crc32: index })
    }
    await record.addObject('tar_partitions/part_001.tar', 'part_001.tar', { size: 7, sha256: 'ab' })

    const files = await readFilesMetadata('files', record.filesMetadata(NOTHING))
    const head = { backup: 'base', startLsn: 1n, finishLsn: 2n ** 63n, requiredWal: undefined }
    const manifest = await readManifest('manifest', record.manifest(head))

    expect(files.files.size).toBe(20_000)
    expect(files.tarFileSets.get('part_001.tar')).toHaveLength(20_000)
    expect(manifest.files.get('/base/5/19999 "ü"')).toEqual({ size: 19_999, crc32: 19_999 })
    expect(manifest.objects.get('tar_partitions/part_001.tar')).toEqual({ size: 7, sha256: 'ab' })
    expect(manifest.finishLsn).toBe(2n ** 63n)
    expect(record.memberBytes).toBe((20_000 * 19_999) / 2)
    record.close()
  })

  test('leave empty members out', async () => {
    const record = new BackupRecord(true, tmpdir())

    expect((await bytesOf(record.filesMetadata(NOTHING))).toString()).toBe('{}')
    record.addDescription('/', { modifiedNs: 0n, updates: 0 })
    expect(Object.keys(JSON.parse((await bytesOf(record.filesMetadata(NOTHING))).toString()))).toEqual([
      'Files',
    ])
  })

  test('nest the tables of databases', async () => {
    const databases = new MemberList(tmpdir())
    const tables = new MemberList(tmpdir())
    tables.add('"public.größe":{"oid":1,"relfilenode":2}')
    await databases.addNested('"a":{"oid":5,"tables_new":{', tables, '}}')
    await databases.addNested('"b":{"oid":6,"tables_new":{', new MemberList(tmpdir()), '}}')

    const { databases: read } = await readFilesMetadata(
      'files',
      new BackupRecord(true, tmpdir()).filesMetadata(databases),
    )

    expect(read.get('a')?.relations.get('public.größe')).toEqual({ oid: 1, relfilenode: 2 })
    expect(read.get('b')).toEqual({ oid: 6, relations: new Map() })
  })
})
