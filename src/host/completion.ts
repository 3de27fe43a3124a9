import type { Config } from '@oclif/core'

export type Shell = 'bash' | 'zsh' | 'fish'

interface Program {
  readonly name: string
  /** Of the command ids that count, taken away from them: `pg:` for the drop-in. */
  readonly prefix: string
}

interface Candidate {
  /** Words of the command, separated by spaces. */
  readonly path: string
  readonly summary: string
  readonly flags: readonly string[]
}

/** A script that completes commands and their flags. */
export function completionScript(shell: Shell, program: Program, config: Config): string {
  const candidates = config.commands
    .filter(({ id, hidden }) => !hidden && id.startsWith(program.prefix))
    .map((command) => ({
      path: command.id.slice(program.prefix.length).replaceAll(':', ' '),
      summary: (command.summary ?? '').replace(/['"`$\\:]/g, ' '),
      flags: Object.entries(command.flags ?? {})
        .filter(([, flag]) => !flag.hidden)
        .map(([name]) => `--${name}`),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
  return shell === 'fish' ? fishScript(program.name, candidates) : bashScript(shell, program.name, candidates)
}

/** zsh runs the same function through its bash compatibility. */
function bashScript(shell: 'bash' | 'zsh', name: string, candidates: readonly Candidate[]): string {
  const fn = `_${name.replace(/\W/g, '_')}_complete`
  const cases = [...wordsByPath(candidates)].map(
    ([path, words]) => `    '${path}') words='${[...words].join(' ')}' ;;`,
  )
  return [
    ...(shell === 'zsh' ? ['autoload -U +X bashcompinit && bashcompinit'] : []),
    `${fn}() {`,
    '  local words path i',
    '  path=',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    `    case "\${COMP_WORDS[i]}" in -*) ;; *) path="\${path:+$path }\${COMP_WORDS[i]}" ;; esac`,
    '  done',
    '  case "$path" in',
    ...cases,
    '    *) words= ;;',
    '  esac',
    `  if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    `  else COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")); fi`,
    '}',
    `complete -o filenames -F ${fn} ${name}`,
    '',
  ].join('\n')
}

function fishScript(name: string, candidates: readonly Candidate[]): string {
  const lines = [`complete -c ${name} -f`]
  for (const { path, summary, flags } of candidates) {
    const words = path.split(' ')
    const last = words.pop()!
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`)
    const condition = seen.length > 0 ? seen.join('; and ') : '__fish_use_subcommand'
    lines.push(`complete -c ${name} -n '${condition}' -a '${last}' -d '${summary}'`)
    for (const flag of flags) {
      const all = [...words, last].map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')
      lines.push(`complete -c ${name} -n '${all}' -l '${flag.slice(2)}'`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** For each run of words: the words that may follow. */
function wordsByPath(candidates: readonly Candidate[]): ReadonlyMap<string, ReadonlySet<string>> {
  const map = new Map<string, Set<string>>()
  const add = (path: string, word: string) => map.set(path, (map.get(path) ?? new Set()).add(word))
  for (const { path, flags } of candidates) {
    const words = path.split(' ')
    words.forEach((word, index) => {
      add(words.slice(0, index).join(' '), word)
    })
    for (const flag of flags) add(path, flag)
  }
  return map
}
