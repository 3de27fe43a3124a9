import type { Secret } from '@walg/sdk'

/** A user, project and the like goes by a name within a domain, or by an id. */
export interface Named {
  readonly name?: string
  readonly id?: string
}

/** What is needed to log in, whatever the version of the identity service. */
export interface Credentials {
  readonly version: 1 | 2 | 3
  readonly url: string
  readonly user: Named
  readonly userDomain: Named
  readonly password?: Secret
  readonly project: Named
  readonly projectDomain: Named
  readonly trustId?: string
  readonly application?: Named & { readonly secret: Secret }
  readonly region?: string
  readonly endpointType: 'public' | 'internal' | 'admin'
}

/** Everything by which one gets at a container. */
export interface SwiftAccess {
  readonly container: string
  /** Folder within it, without `/` at its ends; empty: the container itself. */
  readonly folder: string
  readonly segmentsContainer: string
  /** Absent when only a token is given. */
  readonly credentials?: Credentials
  /** Instead of what the identity service says. */
  readonly storageUrl?: string
  /** A token that somebody else has got. */
  readonly token?: Secret
  readonly ca?: string
  readonly connectMs: number
  readonly idleMs: number
  readonly userAgent: string
  readonly segmentBytes: number
  readonly segmentConcurrency: number
  readonly attempts?: number
}
