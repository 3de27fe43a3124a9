/**
 * Names that a backup leaves out at any depth: state of a running server, of its logs, or of another machine's recovery. Folders
 * among them are stored empty. The list is WAL-G's.
 */
const EXCLUDED: ReadonlySet<string> = new Set([
  'log',
  'pg_log',
  'pg_xlog',
  'pg_wal',
  'pgsql_tmp',
  'postgresql.auto.conf.tmp',
  'postmaster.pid',
  'postmaster.opts',
  'recovery.conf',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_stat_tmp',
  'pg_snapshots',
  'pg_subtrans',
  'standby.signal',
])

export function isExcluded(baseName: string): boolean {
  return EXCLUDED.has(baseName)
}
