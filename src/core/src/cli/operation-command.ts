import { Args, Command, Flags, type Interfaces } from '@oclif/core'
import type { FlagSpec, Operation } from '@walg/sdk'
import { GLOBAL_FLAGS } from '../operation/command-line.js'
import { type Host, runOperation } from '../operation/run-operation.js'

/** Where a command finds the program around it: a member of the options of oclif's config, which oclif hands on when it makes a new one. */
export const HOST_KEY = Symbol.for('walg.host')

export interface CommandOptions {
  /** Real command lines for the help; `<%= config.bin %>` stands for the program. */
  readonly examples?: readonly string[]
  readonly hidden?: boolean
  /** The program around this command, where it must know more than usual. */
  host?(host: Host, argv: readonly string[]): Host
}

/**
 * The oclif command for an operation. oclif shows its help and completes its flags; the command line itself is read by
 * `runOperation`, as on the fast path.
 */
export function operationCommand(operation: Operation, options: CommandOptions = {}): typeof Command {
  class OperationCommand extends Command {
    static override summary = operation.summary
    static override strict = false
    static override hidden = options.hidden ?? false
    static override examples = [...(options.examples ?? [])]
    static override args = oclifArgs(operation)
    static override flags = oclifFlags({ ...operation.flags, ...GLOBAL_FLAGS })

    override async run(): Promise<number> {
      const host = (this.config.options as unknown as Record<symbol, Host>)[HOST_KEY]!
      return await runOperation(operation, this.argv, options.host?.(host, this.argv) ?? host)
    }
  }
  return OperationCommand
}

function oclifArgs(operation: Operation): Interfaces.ArgInput {
  return Object.fromEntries(
    operation.args.map(({ name, summary, required }) => [
      name,
      Args.string({ description: summary, required }),
    ]),
  )
}

function oclifFlags(specs: FlagSpec): Interfaces.FlagInput {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const common = {
        summary: spec.summary,
        hidden: spec.hidden ?? false,
        ...(spec.char !== undefined && { char: spec.char as 'a' }),
      }
      if (spec.kind === 'bool') return [name, Flags.boolean(common)]
      if (spec.kind === 'int') return [name, Flags.integer(common)]
      return [name, Flags.string({ ...common, ...(spec.values && { options: [...spec.values] }) })]
    }),
  )
}
