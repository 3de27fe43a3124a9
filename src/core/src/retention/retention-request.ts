/**
 * A backup by its name, or the first that was begun at a time or later. Where no name is that of `prefix`, the newest whose sentinel's
 * name begins with it, or, where backups are kept from there on, the oldest.
 */
export type BackupPoint =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'time'; readonly timeMs: number }

/**
 * What is to go. Of an engine that orders backups by their place in the log, `before` and `retain` take what is older both by place
 * and by the time that it was begun; and by place a time is that of the sentinel. `isByTime` leaves the place aside.
 */
export type RetentionRequest =
  | {
      readonly kind: 'before'
      readonly point: BackupPoint
      /** Takes the nearest full backup that is not newer, where the point is an increment. */
      readonly findsFull: boolean
      readonly isByTime?: boolean
    }
  | {
      readonly kind: 'retain'
      /** At least 1. */
      readonly count: number
      /** What is counted, or what the last one that counts is moved back to. */
      readonly modifier?: 'FULL' | 'FIND_FULL'
      /** Backups from here on are kept as well, however many. */
      readonly after?: BackupPoint
      /**
       * As WAL-G understands `after`: with a modifier the first full backup from there on, a point that there is not is none, and it
       * decides alone where there are fewer backups than are to be retained.
       */
      readonly isAfterAlone?: boolean
      readonly isByTime?: boolean
    }
  | {
      readonly kind: 'everything'
      /** What permanent backups mean: the request is refused, they are kept, or they are no better than others. */
      readonly permanent: 'refuse' | 'keep' | 'delete'
      /** What FORCE would do with them, for the refusal. */
      readonly force?: 'keep' | 'delete'
    }
  | {
      readonly kind: 'target'
      readonly name: string
      /** From the full backup that it is based on; otherwise from the named one. Increments to what goes always go. */
      readonly findsFull: boolean
      /** Refuses to leave nothing behind that can be restored. */
      readonly isLastKept?: boolean
      /** Does not find what a failed backup has left, only what a delete has. */
      readonly isWhole?: boolean
    }
  | {
      /** What no rule keeps goes; always by time. Numbers are whole and not negative; 0 and none are the same. */
      readonly kind: 'policy'
      /** The last full backups, and everything that is newer than the oldest of them. */
      readonly keepFull?: number
      /** The backups of the last days, and the one with which all of them can be restored. */
      readonly keepDays?: number
      /** One backup of each of the last weeks, months, years that have any. */
      readonly keepWeekly?: number
      readonly keepMonthly?: number
      readonly keepYearly?: number
    }
  | {
      /** Logs, and what tells of them, that no backup needs, nor any time from the oldest backup on; backups stay. */
      readonly kind: 'purge'
      /** Only what was stored before this time. */
      readonly storedBeforeMs?: number
      /** Only of this branch. */
      readonly branch?: string
    }
  | {
      /** What has been left over before the oldest backup that is not permanent; backups stay. */
      readonly kind: 'garbage'
      /** Only logs, only folders of backups without sentinel, or both. */
      readonly only?: 'logs' | 'backups'
      /** Where there is no such backup, everything of that kind that permanent ones do not need; otherwise nothing. */
      readonly mayLackBackups: boolean
    }
