import { readFileSync } from 'node:fs'
import type { Program } from './programs.js'

/** Cases that walg does not pass, and why; kept in `golden-not-yet.json`. */
interface Entry {
  readonly reason: string
  /** Ids, or patterns with `*`. */
  readonly cases: readonly string[]
  /** Only for this program. */
  readonly program?: Program['name']
}

const entries = JSON.parse(
  readFileSync(new URL('./golden-not-yet.json', import.meta.url), 'utf8'),
) as readonly Entry[]

/** Why a case is not expected to pass; undefined when it must. */
export function reasonNotYet(id: string, program: Program): string | undefined {
  return entries.find((entry) => {
    if (entry.program !== undefined && entry.program !== program.name) return false
    return entry.cases.some((pattern) => matches(pattern, id))
  })?.reason
}

/** Patterns of the list that fit none of these ids: left-overs. Areas of which there is no case here, as in the checked-in set, do not count. */
export function unusedPatterns(ids: readonly string[]): readonly string[] {
  const areas = new Set(ids.map(areaOf))
  const patterns = entries.flatMap(({ cases }) => cases).filter((pattern) => areas.has(areaOf(pattern)))
  return patterns.filter((pattern) => !ids.some((id) => matches(pattern, id)))
}

const areaOf = (id: string) => id.slice(0, id.indexOf('/'))

function matches(pattern: string, id: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(id)
}
