import { WalgError } from '@walg/sdk'

/** What WAL-G calls its levels, as the levels of the zstd library that come out alike. */
const LEVEL_NAMES: Readonly<Record<string, number>> = { fastest: 1, default: 3, better: 7, best: 11 }
const HIGHEST_LEVEL = 19

/** The level that `WALG_ZSTD_LEVEL` stands for: one of WAL-G's names, or a number, which WAL-G does not take. */
export function parseLevel(text: string | undefined): number {
  if (!text) return LEVEL_NAMES['default']!
  const named = LEVEL_NAMES[text.toLowerCase()]
  if (named !== undefined) return named
  const level = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (level >= 1 && level <= HIGHEST_LEVEL) return level
  throw new WalgError(
    'E_SETTING_INVALID',
    `unable to use WALG_ZSTD_LEVEL=${text}: it is neither ${Object.keys(LEVEL_NAMES).join(', ')} nor a number from 1 to ${HIGHEST_LEVEL}`,
  )
}
