import { expect, test } from 'vitest'
import { relationTree } from '../../src/server/database-names.js'

const row = (
  name: string,
  relfilenode: string,
  more: Partial<Parameters<typeof relationTree>[0][number]> = {},
) => ({
  oid: relfilenode === '0' ? '99' : relfilenode,
  relfilenode,
  path: null,
  schema: 'public',
  name,
  kind: 'r',
  parent: null,
  has_children: false,
  ...more,
})

test('partitions of every depth stand side by side below their root', () => {
  const tree = relationTree([
    row('t', '0', { kind: 'p' }),
    row('t_1', '0', { kind: 'p', parent: 't' }),
    row('t_1_a', '16390', { parent: 't_1' }),
    row('other', '16400'),
  ])

  expect([...tree.keys()]).toEqual(['public.t', 'public.other'])
  expect([...(tree.get('public.t')?.subtables?.keys() ?? [])].sort()).toEqual(['public.t_1', 'public.t_1_a'])
})

test('mapped catalogs get their number from the path, views have none', () => {
  const tree = relationTree([
    row('pg_class', '0', { schema: 'pg_catalog', path: 'base/5/1259' }),
    row('a_view', '0', { kind: 'v' }),
  ])

  expect([...tree]).toEqual([['pg_catalog.pg_class', { oid: 99, relfilenode: 1259 }]])
})

test('inheritance in a circle ends', () => {
  const tree = relationTree([
    row('root', '1'),
    row('a', '2', { parent: 'root' }),
    row('a', '2', { parent: 'a' }),
  ])

  expect([...(tree.get('public.root')?.subtables?.keys() ?? [])]).toEqual(['public.a'])
})
