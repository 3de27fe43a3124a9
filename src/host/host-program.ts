import type { Host } from '@walg/core'
import type { Registry } from './registry/registry.js'

/** The program as the host's own commands see it. */
export interface HostProgram extends Host {
  readonly registry: Registry
  /** Folder that holds walg's package.json and dist. */
  readonly root: string
}
