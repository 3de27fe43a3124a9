import { defineSettings } from '@walg/sdk'

/** Settings of the PostgreSQL engine. Names, defaults and meaning are WAL-G's where WAL-G has them. */
export const pgSettings = defineSettings({
  PGDATA: { kind: 'path', doc: 'Data directory; locates the marker folder of wal-push' },
  WALG_PG_WAL_SIZE: { kind: 'int', default: '16', min: 1, doc: 'Size of a WAL segment in MiB' },
  WALG_PG_WAL_PAGE_SIZE: { kind: 'int', default: '8192', min: 512, doc: 'Size of a WAL page in bytes' },
  WALG_PG_BLOCK_SIZE: { kind: 'int', default: '8192', min: 512, doc: 'Size of a database page in bytes' },
  WALG_UPLOAD_CONCURRENCY: {
    kind: 'int',
    default: '16',
    min: 1,
    doc: 'WAL segments uploaded at once by wal-push, its own among them',
  },
  WALG_UPLOAD_DISK_CONCURRENCY: {
    kind: 'int',
    default: '1',
    min: 1,
    doc: 'Tar parts that backup-push fills at once',
  },
  WALG_UPLOAD_QUEUE: {
    kind: 'int',
    default: '2',
    min: 1,
    doc: 'Finished tar parts that may still be uploading',
  },
  WALG_DOWNLOAD_CONCURRENCY: {
    kind: 'int',
    default: '10',
    min: 1,
    doc: 'Tar parts extracted at once; WAL segments prefetched; 1 turns prefetching off',
  },
  WALG_DOWNLOAD_FILE_RETRIES: {
    kind: 'int',
    default: '15',
    min: 0,
    doc: 'Rounds of retrying failed tar parts',
  },
  WALG_TAR_SIZE_THRESHOLD: {
    kind: 'int',
    default: '1073741823',
    min: 1,
    doc: 'A tar part is closed once it holds more bytes than this',
  },
  WALG_TAR_DISABLE_FSYNC: { kind: 'bool', default: 'false', doc: 'Do not fsync restored files' },
  TOTAL_BG_UPLOADED_LIMIT: {
    kind: 'int',
    default: '32',
    min: 0,
    doc: 'Most segments uploaded by one wal-push, its own among them',
  },
  PG_READY_RENAME: {
    kind: 'bool',
    default: 'false',
    doc: 'Rename .ready to .done for segments uploaded in the background',
  },
  WALG_PREVENT_WAL_OVERWRITE: {
    kind: 'bool',
    default: 'false',
    doc: 'Kept for WAL-G; walg never overwrites archived WAL of other content',
  },
  WALG_UPLOAD_WAL_METADATA: {
    kind: 'string',
    default: 'NOMETADATA',
    doc: 'JSON objects with the creation time beside archived WAL: NOMETADATA, INDIVIDUAL or BULK',
  },
  WALG_PREFETCH_DIR: {
    kind: 'path',
    doc: 'Folder under which prefetched segments are kept; default: that of the destination of wal-fetch',
  },
  WALG_INTEGRITY_MAX_DELAYED_WALS: {
    kind: 'int',
    default: '0',
    min: 0,
    doc: 'Newest segments that wal-verify lets be missing, because they may not be archived yet',
  },
  WALG_USE_WAL_DELTA: { kind: 'bool', default: 'false', doc: 'Record changed blocks while pushing WAL' },
  WALG_DELTA_MAX_STEPS: {
    kind: 'int',
    default: '0',
    min: 0,
    doc: 'Longest chain of delta backups; 0 makes full backups',
  },
  WALG_SENTINEL_USER_DATA: { kind: 'json', doc: 'User data stored with a backup, any JSON' },
  WALG_FETCH_TARGET_USER_DATA: { kind: 'json', doc: 'Selects the backup to fetch by its user data' },
  WALG_VERIFY_PAGE_CHECKSUMS: {
    kind: 'bool',
    default: 'false',
    doc: 'Verify page checksums while backing up',
  },
  WALG_STORE_ALL_CORRUPT_BLOCKS: {
    kind: 'bool',
    default: 'false',
    doc: 'List every corrupt block, not only the first ten of a file',
  },
  WALG_WITHOUT_FILES_METADATA: { kind: 'bool', default: 'false', doc: 'Do not write files_metadata.json' },
  WALG_USE_RATING_COMPOSER: { kind: 'bool', default: 'false', doc: 'Pack files by how often they change' },
  WALG_USE_COPY_COMPOSER: {
    kind: 'bool',
    default: 'false',
    doc: 'Copy unchanged tar parts of the last full backup',
  },
  WALG_USE_DATABASE_COMPOSER: {
    kind: 'bool',
    default: 'false',
    doc: 'Pack each database into tar parts of its own',
  },
  WALG_DISABLE_PARTIAL_RESTORE: {
    kind: 'bool',
    default: 'false',
    doc: 'Do not store names of databases and tables with a backup',
  },
  WALG_USE_REVERSE_UNPACK: {
    kind: 'bool',
    default: 'false',
    doc: 'Restore delta chains newest backup first',
  },
  WALG_SKIP_REDUNDANT_TARS: {
    kind: 'bool',
    default: 'false',
    doc: 'Leave out tar parts of which nothing is needed when restoring',
  },
  WALG_ALIVE_CHECK_INTERVAL: {
    kind: 'duration',
    default: '1m',
    min: 1,
    doc: 'Pause between checks that the server still answers during a backup, above 0',
  },
  WALG_STOP_BACKUP_TIMEOUT: {
    kind: 'duration',
    doc: 'Time limit of the call that ends a backup; none by default',
  },
  WALG_DISK_RATE_LIMIT: { kind: 'int', min: 1, doc: 'Bytes per second read from disk by backup-push' },
  WALG_NETWORK_RATE_LIMIT: { kind: 'int', min: 1, doc: 'Bytes per second sent to or read from the storage' },
  PGBACKREST_STANZA: { kind: 'string', default: 'main', doc: 'Stanza of a pgBackRest repository' },
  WALG_BACKUP_REQUIRE_WAL: {
    kind: 'bool',
    default: 'true',
    doc: 'End a backup only when the WAL it needs is in the repository; false where WAL is kept elsewhere',
  },
  WALG_BACKUP_WAL_TIMEOUT: {
    kind: 'duration',
    default: '10m',
    doc: 'How long backup-push waits for the WAL that the backup needs',
  },
})
