import type { Config } from '@oclif/core'
import { nearest } from '@walg/core'
import { takesValue } from './engine-arguments.js'

interface Split {
  readonly id: string | undefined
  readonly rest: readonly string[]
}

/**
 * The longest run of leading words that names a command, and what follows it. WAL-G also takes flags between the words of a name, as
 * in `delete --confirm before NAME`.
 */
export function splitCommand(argv: readonly string[], config: Config): Split {
  const split = splitLeading(argv, config)
  if (split.id !== undefined) return split
  const moved = withFlagsLast(argv, config)
  return moved ? splitCommand(moved, config) : split
}

function splitLeading(argv: readonly string[], config: Config): Split {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0)
  for (let count = words.length; count > 1; count--) {
    const id = words.slice(0, count).join(':')
    if (config.findCommand(id)) return { id, rest: argv.slice(count) }
  }
  return { id: undefined, rest: argv }
}

/** Flags that follow words which only name a topic, moved behind all other words; undefined when there are none. */
function withFlagsLast(argv: readonly string[], config: Config): readonly string[] | undefined {
  const start = argv.findIndex((word) => word.startsWith('-'))
  const topic = argv.slice(0, start).join(':')
  const below = config.commands.filter(({ id }) => start > 1 && id.startsWith(`${topic}:`))
  if (below.length === 0) return undefined
  const isOption = (flag: string) =>
    below.some(({ flags }) =>
      Object.entries(flags).some(
        ([name, { char, type }]) => type === 'option' && (flag === `--${name}` || flag === `-${char}`),
      ),
    )
  let at = start
  while (at < argv.length && argv[at]!.startsWith('-') && argv[at] !== '--') {
    const flag = argv[at++]!
    if ((takesValue(flag) || isOption(flag)) && at < argv.length) at++
  }
  if (at === argv.length || argv[at] === '--') return undefined
  const rest = argv.slice(at)
  const end = rest.indexOf('--')
  const flags = argv.slice(start, at)
  const moved = end < 0 ? [...rest, ...flags] : [...rest.slice(0, end), ...flags, ...rest.slice(end)]
  return [...argv.slice(0, start), ...moved]
}

/** The name nearest to a misspelt one, of the commands and topics right below some words. */
export function nearestCommand(word: string, above: readonly string[], config: Config): string | undefined {
  const names = config.commandIDs
    .filter((id) => id.startsWith(`${above.join(':')}:`))
    .map((id) => id.split(':')[above.length] ?? '')
  return nearest(word, new Set(names))
}

/** The leading words that name a topic of the engine, such as `st check`, as many as do. */
export function longestTopic(words: readonly string[], engine: string, config: Config): readonly string[] {
  for (let count = words.length; count > 0; count--) {
    const topic = words.slice(0, count)
    if (config.commandIDs.some((id) => id.startsWith(`${[engine, ...topic].join(':')}:`))) return topic
  }
  return []
}
