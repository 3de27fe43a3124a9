import { GLOBAL_FLAGS, settingOfFlag } from '@walg/core'

/**
 * WAL-G takes flags of its own before the command, as in `wal-g --config=x backup-push DIR`. Moves them behind everything
 * else, so that the command comes first.
 */
export function engineArguments(argv: readonly string[]): readonly string[] {
  const leading: string[] = []
  let at = 0
  while (at < argv.length && argv[at]!.startsWith('-') && argv[at] !== '--') {
    const flag = argv[at++]!
    leading.push(flag)
    if (takesValue(flag) && at < argv.length) leading.push(argv[at++]!)
  }
  const rest = argv.slice(at)
  const end = rest.indexOf('--')
  return end < 0 ? [...rest, ...leading] : [...rest.slice(0, end), ...leading, ...rest.slice(end)]
}

/** Whether the word after a flag of every command, or of a setting, is its value. */
export function takesValue(flag: string): boolean {
  if (!flag.startsWith('--') || flag.includes('=')) return false
  const name = flag.slice(2)
  const global = GLOBAL_FLAGS[name]
  return global ? global.kind !== 'bool' : settingOfFlag(name) !== undefined
}
