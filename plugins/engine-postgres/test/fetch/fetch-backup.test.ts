import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fetchFrom } from '../support/fetching.js'
import { MemoryDriver } from '../support/memory-driver.js'
import { scratchFolder, treeOf } from '../support/restored-tree.js'
import {
  CONTROL,
  DATA_DIRECTORY,
  FULL,
  LABEL,
  type SyntheticFiles,
  type SyntheticMember,
  storeBackup,
} from '../support/synthetic-backup.js'

const FOLDERS: readonly SyntheticMember[] = [
  DATA_DIRECTORY,
  { name: '/base', type: 'directory', mode: 0o700 },
  { name: '/global', type: 'directory', mode: 0o700 },
]

function repository(backup: Partial<SyntheticFiles> = {}): MemoryDriver {
  const driver = new MemoryDriver()
  const parts = [
    [...FOLDERS, { name: '/PG_VERSION', content: '15\n' }, { name: '/base/1', content: 'one', mode: 0o640 }],
    [{ name: '/base/2', content: 'x'.repeat(100_000) }],
  ]
  storeBackup(driver, { name: FULL, parts, ...backup })
  return driver
}

const withMember = (...members: readonly SyntheticMember[]) =>
  repository({ parts: [[...FOLDERS, { name: '/PG_VERSION', content: '15\n' }, ...members]] })

describe('a full backup', () => {
  test('is restored with contents and modes', async () => {
    const destination = join(scratchFolder(), 'a/b')

    const result = await fetchFrom(repository(), destination)

    expect(treeOf(destination)).toEqual({
      '.': 'dir 700',
      PG_VERSION: 'file 600 15\n',
      backup_label: 'file 600 START WAL LOCATION',
      base: 'dir 700',
      'base/1': 'file 640 one',
      'base/2': `file 600 ${'x'.repeat(100_000)}`,
      global: 'dir 700',
      'global/pg_control': 'file 600 control data',
      tablespace_map: 'file 600 ',
    })
    expect(result).toEqual({ files: 6, bytes: 100_000 + 3 + 3 + 18 + 12, objects: 4 })
  })

  test('fills an empty folder that is there, and follows a link to it', async () => {
    const folder = scratchFolder()
    mkdirSync(join(folder, 'real'), { mode: 0o755 })
    symlinkSync('real', join(folder, 'link'))

    await fetchFrom(repository(), join(folder, 'link'))

    expect(treeOf(join(folder, 'real'))).toMatchObject({ '.': 'dir 700', PG_VERSION: 'file 600 15\n' })
  })

  test('without a list of files gives everything in its tars', async () => {
    const destination = join(scratchFolder(), 'd')

    await fetchFrom(repository({ withoutList: true }), destination)

    expect(Object.keys(treeOf(destination))).toContain('base/2')
  })

  test('loses the signal files that it holds', async () => {
    const destination = join(scratchFolder(), 'd')

    await fetchFrom(withMember({ name: '/standby.signal' }, { name: '/recovery.signal' }), destination)

    expect(readdirSync(destination).filter((name) => name.endsWith('.signal'))).toEqual([])
  })

  test('has its links, but none that lead to themselves, as WAL-G stores them', async () => {
    const destination = join(scratchFolder(), 'd')
    const warnings: string[] = []
    const log = { debug() {}, info() {}, error() {}, warn: (text: string) => void warnings.push(text) }
    const driver = withMember(
      { name: '/server.crt', type: 'symlink', linkName: '/etc/ssl/server.crt' },
      { name: '/server.key', type: 'symlink', linkName: 'server.key' },
    )

    await fetchFrom(driver, destination, {}, { log })

    const tree = treeOf(destination)
    expect(tree['server.crt']).toBe('link /etc/ssl/server.crt')
    expect(tree['server.key']).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('server.key was a symbolic link')])
  })

  test('a label in its data directory is not taken for its own', async () => {
    const destination = join(scratchFolder(), 'd')

    await fetchFrom(withMember({ name: '/backup_label', content: 'stale' }), destination)

    expect(treeOf(destination)['backup_label']).toBe('file 600 START WAL LOCATION')
  })

  test('streamed: names without slash, label and pg_control among the data, no mode for the directory', async () => {
    const streamed = {
      label: undefined,
      control: [{ name: 'global/pg_control', content: 'control data' }],
      parts: [
        [
          { name: 'backup_label', content: 'streamed' },
          { name: './global/', type: 'directory' as const, mode: 0o700 },
          { name: 'global/pg_control', content: 'control data' },
        ],
      ],
    }
    const folder = scratchFolder()

    await fetchFrom(repository(streamed), join(folder, 'd'))
    await fetchFrom(repository(streamed), join(folder, 'server'), { beforeControl: async () => undefined })

    const tree = treeOf(join(folder, 'd'))
    expect(tree).toEqual({
      '.': 'dir 750',
      backup_label: 'file 600 streamed',
      global: 'dir 700',
      'global/pg_control': 'file 600 control data',
    })
    expect(treeOf(join(folder, 'server'))['.']).toBe('dir 700')
  })
})

describe('what flags leave of it', () => {
  test('a mask', async () => {
    const destination = join(scratchFolder(), 'd')

    await fetchFrom(repository(), destination, { mask: 'base/[1]' })

    const tree = treeOf(destination)
    expect(Object.keys(tree).filter((path) => tree[path]?.startsWith('file'))).toEqual(['base/1'])
  })

  test('single databases', async () => {
    const destination = join(scratchFolder(), 'd')
    const table = (oid: number) => ({ oid, relfilenode: oid })
    const driver = repository({
      parts: [[...FOLDERS, { name: '/base/20001/30001', content: 'a' }], [{ name: '/base/20002/30001' }]],
      databases: new Map([
        ['first', { oid: 20001, relations: new Map([['public.t', table(30001)]]) }],
        ['second', { oid: 20002, relations: new Map([['public.t', table(30001)]]) }],
      ]),
    })

    const { objects } = await fetchFrom(driver, destination, { restoreOnly: ['first'] })

    expect(existsSync(join(destination, 'base/20001/30001'))).toBe(true)
    expect(existsSync(join(destination, 'base/20002/30001'))).toBe(false)
    expect(objects).toBe(3)
  })
})

describe('until everything is in place', () => {
  test('there is no pg_control, and what is added before it goes with the rest', async () => {
    const destination = join(scratchFolder(), 'd')
    let before: Record<string, string> = {}
    const beforeControl = async (directory: string) => {
      before = treeOf(directory)
      writeFileSync(join(directory, 'recovery.signal'), '')
    }

    await fetchFrom(repository(), destination, { beforeControl })

    expect(before).toMatchObject({ backup_label: 'file 600 START WAL LOCATION', 'base/1': 'file 640 one' })
    expect(before).not.toHaveProperty('global/pg_control')
    expect(treeOf(destination)).toMatchObject({ 'global/pg_control': 'file 600 control data' })
    expect(existsSync(join(destination, 'recovery.signal'))).toBe(true)
  })

  test('a failure there takes everything away, also what it had added', async () => {
    const folder = scratchFolder()
    const beforeControl = async (directory: string) => {
      writeFileSync(join(directory, 'recovery.signal'), '')
      throw new Error('no')
    }

    await expect(fetchFrom(repository(), join(folder, 'd'), { beforeControl })).rejects.toThrow('no')

    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a destination', () => {
  test.each([
    ['a file', 'x', (path: string) => writeFileSync(path, '')],
    ['a hidden file', '.x', (path: string) => writeFileSync(path, '')],
    ['a folder', 'lost+found', (path: string) => mkdirSync(path)],
  ])('that holds %s is refused before anything is read', async (_, name, make) => {
    const destination = scratchFolder()
    make(join(destination, name))
    const driver = repository()

    await expect(fetchFrom(driver, destination)).rejects.toMatchObject({
      code: 'E_DESTINATION',
      message: expect.stringContaining('must be empty'),
    })
    expect(readdirSync(destination)).toEqual([name])
    expect(driver.reads).toEqual([])
  })

  test('that is a file, or a link to nothing, is refused', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'file'), 'x')
    symlinkSync('nowhere', join(folder, 'link'))

    for (const name of ['file', 'link']) {
      await expect(fetchFrom(repository(), join(folder, name))).rejects.toMatchObject({
        code: 'E_DESTINATION',
      })
    }
    expect(treeOf(folder)).toMatchObject({ file: expect.stringMatching(/ x$/), link: 'link nowhere' })
  })
})

describe('a member that wants to leave is refused, and nothing stays', () => {
  test.each([
    ['by its name', [{ name: '/../outside', content: 'x' }]],
    ['by a name deep down', [{ name: '/base/../../outside', content: 'x' }]],
    [
      'through a link',
      [
        { name: '/way', type: 'symlink' as const, linkName: '..' },
        { name: '/way/outside', content: 'x' },
      ],
    ],
    [
      'by writing to a link',
      [
        { name: '/way', type: 'symlink' as const, linkName: '../outside' },
        { name: '/way', content: 'x' },
      ],
    ],
    [
      'through a link in the place of a folder',
      [
        { name: '/base', type: 'symlink' as const, linkName: '..' },
        { name: '/base/outside', content: 'x' },
      ],
    ],
  ])('%s', async (_, members) => {
    const folder = scratchFolder()

    const fetching = fetchFrom(withMember(...members), join(folder, 'd'))

    await expect(fetching).rejects.toThrow(/unable to/)
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('what is missing is an error, and nothing stays', () => {
  test.each([
    ['a part', 'tar_partitions/part_002.tar', /no tar part holds base\/2/],
    ['all parts', undefined, /it has no tar with data/],
    ['pg_control.tar', 'tar_partitions/pg_control.tar', /pg_control.tar is missing/],
    ['backup_label.tar', 'tar_partitions/backup_label.tar', /backup_label.tar is missing/],
  ])('%s', async (_, key, message) => {
    const folder = scratchFolder()
    const driver = repository()
    const keys = key === undefined ? ['tar_partitions/part_001.tar', 'tar_partitions/part_002.tar'] : [key]
    for (const one of keys) driver.remove(`basebackups_005/${FULL}/${one}`)

    await expect(fetchFrom(driver, join(folder, 'd'))).rejects.toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['an empty part', { parts: [[...FOLDERS]], label: LABEL }, 'part_001.tar', /it is empty/],
    ['an empty pg_control.tar', {}, 'pg_control.tar', /it is empty/],
  ])('%s', async (_, backup, name, message) => {
    const folder = scratchFolder()
    const driver = repository(backup)
    driver.set(`basebackups_005/${FULL}/tar_partitions/${name}`, '')

    await expect(fetchFrom(driver, join(folder, 'd'))).rejects.toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })

  test.each([
    ['pg_control', { control: LABEL }, /no tar part holds global\/pg_control/],
    ['backup_label', { label: CONTROL }, /no tar part holds backup_label/],
  ])('%s in its tar', async (_, backup, message) => {
    const folder = scratchFolder()

    await expect(fetchFrom(repository(backup), join(folder, 'd'))).rejects.toThrow(message)
    expect(readdirSync(folder)).toEqual([])
  })

  test('a codec', async () => {
    const folder = scratchFolder()
    const driver = repository()
    driver.set(`basebackups_005/${FULL}/tar_partitions/part_003.tar.xyz`, 'x')

    await expect(fetchFrom(driver, join(folder, 'd'))).rejects.toMatchObject({ code: 'E_PLUGIN_MISSING' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('what others have put into the folder meanwhile is left alone', async () => {
    const folder = scratchFolder()
    const beforeControl = async (directory: string) => {
      writeFileSync(join(directory, 'base/foreign'), 'x')
      throw new Error('no')
    }

    await expect(fetchFrom(repository(), join(folder, 'd'), { beforeControl })).rejects.toThrow('no')

    expect(Object.keys(treeOf(join(folder, 'd')))).toEqual(['.', 'base', 'base/foreign'])
  })
})
