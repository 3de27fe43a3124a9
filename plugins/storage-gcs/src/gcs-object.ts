import type { ObjectInfo } from '@walg/sdk'

/** What is asked of the service about an object. */
export const OBJECT_FIELDS = 'name,size,updated,generation,md5Hash,metadata'

/** An object as the JSON API describes it. */
export interface GcsObject {
  readonly name: string
  /** Absent for an empty one. */
  readonly size?: string
  readonly updated?: string
  readonly generation?: string
  readonly md5Hash?: string
  readonly metadata?: Readonly<Record<string, string>>
}

/** The generation is the etag: what conditions are about. */
export function infoOf(key: string, { size = '0', updated, generation }: GcsObject): ObjectInfo {
  return {
    key,
    size: Number(size),
    modifiedAt: new Date(updated ?? 0),
    ...(generation !== undefined && { etag: generation }),
  }
}
