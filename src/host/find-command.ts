import type { Config } from '@oclif/core'
import { nearest } from '@walg/core'

/** The longest run of leading words that names a command, and what follows it. */
export function splitCommand(
  argv: readonly string[],
  config: Config,
): { readonly id: string | undefined; readonly rest: readonly string[] } {
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0)
  for (let count = words.length; count > 1; count--) {
    const id = words.slice(0, count).join(':')
    if (config.findCommand(id)) return { id, rest: argv.slice(count) }
  }
  return { id: undefined, rest: argv }
}

/** The command of an engine whose name is nearest to a misspelt one. */
export function nearestCommand(word: string, engine: string, config: Config): string | undefined {
  const names = config.commandIDs
    .filter((id) => id.startsWith(`${engine}:`))
    .map((id) => id.split(':')[1] ?? '')
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
