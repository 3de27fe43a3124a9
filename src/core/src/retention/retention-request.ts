/** A backup by its name, or the first that was begun at a time or later. */
export type BackupPoint =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'time'; readonly timeMs: number }

/** What is to go. Names are whole. */
export type RetentionRequest =
  | {
      readonly kind: 'before'
      readonly point: BackupPoint
      /** Takes the nearest full backup that is not newer, where the point is an increment. */
      readonly findsFull: boolean
    }
  | {
      readonly kind: 'retain'
      /** At least 1. */
      readonly count: number
      /** What is counted, or what the last one that counts is moved back to. */
      readonly modifier?: 'FULL' | 'FIND_FULL'
      /** Backups from here on are kept as well, however many. */
      readonly after?: BackupPoint
    }
  | {
      readonly kind: 'everything'
      /** What permanent backups mean: the request is refused, they are kept, or they are no better than others. */
      readonly permanent: 'refuse' | 'keep' | 'delete'
    }
  | {
      readonly kind: 'target'
      readonly name: string
      /** From the full backup that it is based on; otherwise from the named one. Increments to what goes always go. */
      readonly findsFull: boolean
    }
