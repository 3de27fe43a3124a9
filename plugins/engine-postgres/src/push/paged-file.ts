const DATABASE_PAGES_PER_SEGMENT = 131_072
const RELATION_SEGMENT = /^(\d+)(?:[.](\d+))?$/

/** Whether a member is a segment of a relation's main fork, whose pages carry checksums. `name` is that in the tar. */
export function isRelationSegment(name: string): boolean {
  return /^\/(base|pg_tblspc)\//.test(name) && RELATION_SEGMENT.test(baseName(name))
}

/** Number of a segment's first block within its relation; segments have 1 GiB of pages of 8 KiB. */
export function firstBlockOf(name: string): number {
  const segment = RELATION_SEGMENT.exec(baseName(name))?.[2]
  return segment === undefined ? 0 : Number(segment) * DATABASE_PAGES_PER_SEGMENT
}

const baseName = (name: string) => name.slice(name.lastIndexOf('/') + 1)
