import { WalgError } from '@walg/sdk'

/** A position in the WAL, `0/3000028` as PostgreSQL writes it. */
export function formatLsn(lsn: bigint): string {
  return `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`
}

/** Rejects with `E_DATABASE_QUERY` what is no LSN: only servers and documents give them. */
export function parseLsn(text: string): bigint {
  const lsn = tryParseLsn(text)
  if (lsn === undefined) throw new WalgError('E_DATABASE_QUERY', `unable to read '${text}': it is no LSN`)
  return lsn
}

export function tryParseLsn(text: string): bigint | undefined {
  const match = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/.exec(text)
  return match ? (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`) : undefined
}
