import type { Config } from '@oclif/core'
import { HOST_KEY } from '@walg/core/cli'
import type { HostProgram } from '../host-program.js'

/** The program around one of the host's own commands. */
export function hostOf(config: Config): HostProgram {
  return (config.options as unknown as Record<symbol, HostProgram>)[HOST_KEY]!
}
