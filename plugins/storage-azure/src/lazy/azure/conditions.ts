import type { PutOptions } from '@walg/sdk'

/** Conditions as the service takes them. */
export function conditionsOf({ ifAbsent, ifMatch }: Pick<PutOptions, 'ifAbsent' | 'ifMatch'>): {
  readonly ifNoneMatch?: string
  readonly ifMatch?: string
} {
  if (ifAbsent) return { ifNoneMatch: '*' }
  return ifMatch === undefined ? {} : { ifMatch: `"${ifMatch}"` }
}

/** Headers have etags in quotes, lists have not. */
export function etagOf({ etag }: { readonly etag?: string }): { readonly etag?: string } {
  return etag === undefined ? {} : { etag: etag.replace(/^"|"$/g, '') }
}
