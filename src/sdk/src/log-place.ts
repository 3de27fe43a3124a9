/**
 * A place in an engine's log. Both texts are compared by UTF-16 code units, so numbers in them have leading zeros.
 */
export interface LogPlace {
  /**
   * The branch of the log, such as a timeline: what is of a later branch may continue one of an earlier, at the position where it
   * was left. Empty for a log that has no branches.
   */
  readonly branch: string
  /** Comparable across branches. */
  readonly position: string
}

/**
 * A part of an engine's log, both ends included. Positions are compared as text, by UTF-16 code units, so they have leading
 * zeros: WAL segment names, or times in ISO 8601. What has no common order is not comparable and gets no range.
 */
export interface LogRange {
  /** The first position. */
  readonly from: string
  /** The last position, itself a part of the range; never before `from`. */
  readonly to: string
  /** The branch that all of it is of; none and empty are the same. */
  readonly branch?: string
}

/** What an object in a repository is good for. */
export type ObjectRole =
  /** With `isForeign`, of a name that the engine gives no backup: one that is never deleted. */
  | { readonly kind: 'sentinel'; readonly backup: string; readonly isForeign?: boolean }
  /** Anything else of a backup. */
  | { readonly kind: 'part'; readonly backup: string }
  | { readonly kind: 'log'; readonly range: LogRange }
  /**
   * Tells of the log without being it: where a branch began, or what many of its pieces hold. It stays with the backups. Without
   * a range it is of all the log.
   */
  | { readonly kind: 'record'; readonly range?: LogRange }
  /** Stands beside backups and logs, of a time in the log, and needed by none of them. What is `first` goes before the rest. */
  | { readonly kind: 'extra'; readonly place: LogPlace; readonly isFirst: boolean }
  /** Nothing that the engine or walg would have written: never deleted. */
  | { readonly kind: 'unknown' }
