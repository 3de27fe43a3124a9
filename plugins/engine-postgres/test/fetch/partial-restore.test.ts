import { describe, expect, test } from 'vitest'
import type { DatabaseEntry, RelationEntry } from '../../src/catalog/files-metadata.js'
import { relationFileOf } from '../../src/catalog/relation-file.js'
import { compileRestoreOnly } from '../../src/fetch/partial-restore.js'

const relation = (oid: number, subtables?: Record<string, RelationEntry>): RelationEntry => ({
  oid,
  relfilenode: oid + 1000,
  ...(subtables && { subtables: new Map(Object.entries(subtables)) }),
})
const database = (oid: number, relations: Record<string, RelationEntry>): DatabaseEntry => ({
  oid,
  relations: new Map(Object.entries(relations)),
})
const databases = new Map([
  [
    'first',
    database(20001, {
      'public.t': relation(30001),
      'public.part': relation(30002, { 'public.part_1': relation(30003) }),
      'sales.t': relation(30004),
      'pg_catalog.pg_class': relation(1259),
    }),
  ],
  ['second', database(20002, { 'public.t': relation(30001), 'pg_catalog.pg_class': relation(1259) })],
])

/** Paths of user relations that stay. */
function kept(...items: string[]): string[] {
  const keeps = compileRestoreOnly(items, { databases })
  return [20001, 20002]
    .flatMap((db) => [30001, 30002, 30003, 30004].map((oid) => `base/${db}/${oid + 1000}`))
    .filter(keeps)
}

describe('what is kept', () => {
  test.each([
    ['first', ['20001/31001', '20001/31002', '20001/31003', '20001/31004']],
    ['first/t', ['20001/31001']],
    ['first/sales.t', ['20001/31004']],
    ['first/sales/t', ['20001/31004']],
    ['first/part', ['20001/31002', '20001/31003']],
    ['*/t', ['20001/31001', '20002/31001']],
    ['first/*', ['20001/31001', '20001/31002', '20001/31003']],
    ['sec*', ['20002/31001']],
  ])('%s', (item, paths) => {
    expect(kept(item)).toEqual(paths.map((path) => `base/${path}`))
  })

  test('several items add up', () => {
    expect(kept('first/sales.t', 'second')).toEqual(['base/20001/31004', 'base/20002/31001'])
  })

  test('what belongs to no user relation always stays', () => {
    const keeps = compileRestoreOnly(['second'], { databases })

    for (const path of [
      'PG_VERSION',
      'base/20001/PG_VERSION',
      'base/20001/pg_filenode.map',
      'base/20001/2259',
      'base/1/31001',
      'global/1260',
    ]) {
      expect(keeps(path), path).toBe(true)
    }
  })

  test('forks and segments go with their relation, also in tablespaces, and unknown databases go whole', () => {
    const keeps = compileRestoreOnly(['second/t'], { databases })

    expect(keeps('base/20002/31001_fsm.1')).toBe(true)
    expect(keeps('pg_tblspc/16385/PG_15_202209061/20002/31001.2')).toBe(true)
    expect(keeps('pg_tblspc/16385/PG_15_202209061/20001/31001.2')).toBe(false)
    expect(keeps('base/20001/31001_vm')).toBe(false)
    expect(keeps('base/29999/2259')).toBe(false)
  })
})

test.each(['nosuch', 'nosuch/t', 'first/nosuch', 'first/a/b/c', 'first/', '/t', ''])(
  '%j is refused',
  (item) => {
    expect(() => kept(item)).toThrow(/unable to restore only/)
  },
)

test('a backup without names of databases cannot be restored in part', () => {
  expect(() => compileRestoreOnly(['first'], { databases: new Map() })).toThrow(/has no list of databases/)
})

test.each([
  ['base/1234/5678_fsm.1', { database: 1234, relfilenode: 5678 }],
  ['pg_tblspc/a/b/1234/5678', { database: 1234, relfilenode: 5678 }],
  ['base/4/pg_filenode.map', undefined],
  ['base/4/0', undefined],
  ['base/4/t3_16400', undefined],
  ['path/1/2', undefined],
  ['base', undefined],
])('%s is a file of %j', (path, expected) => {
  expect(relationFileOf(path)).toEqual(expected)
})
