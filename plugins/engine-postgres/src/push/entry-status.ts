import type { BigIntStats } from 'node:fs'

/** What a backup keeps of an entry of the file system. */
export interface EntryStatus {
  readonly size: number
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint
}

const PERMISSION_BITS = 0o7777n

export function statusOf(stats: BigIntStats): EntryStatus {
  return {
    size: Number(stats.size),
    mode: Number(stats.mode & PERMISSION_BITS),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    modifiedNs: stats.mtimeNs,
  }
}
