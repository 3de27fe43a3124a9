import { fileURLToPath } from 'node:url'

const distFolder = fileURLToPath(new URL('../../dist', import.meta.url))

/** How walg is called, and by whose rules the fixtures judge that program. */
export interface Program {
  readonly name: 'walg' | 'drop-in'
  /** What runners take as PROGRAM. */
  readonly command: string
  /** What runners take as DELIBERATE: walg's own rules, or those of its drop-in. */
  readonly rules: '1' | 'dropin'
}

export const PROGRAMS: readonly Program[] = [
  { name: 'walg', command: `${process.execPath} ${distFolder}/walg.cjs pg`, rules: '1' },
  { name: 'drop-in', command: `${process.execPath} ${distFolder}/wal-g.cjs`, rules: 'dropin' },
]
