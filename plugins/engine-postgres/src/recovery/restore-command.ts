/** Codes that PostgreSQL may see as they are: in place, absent, ask again, and everything from 126 up. */
const PASSED_ON = '[ $code -eq 0 ] || [ $code -eq 74 ] || [ $code -eq 75 ] || [ $code -gt 125 ]'

/**
 * The restore_command for a restored directory. PostgreSQL takes 1 to 125 for the end of the archive and promotes, so any
 * such code becomes 200, also where it comes from node or the shell because the program could not be started.
 */
export function restoreCommandOf(
  self: readonly string[],
  environment: Readonly<Record<string, string>>,
  configPath: string | undefined,
): string {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}`)
  const config = configPath === undefined ? [] : ['--config', configPath]
  const words = [...assignments, ...self.map(quoted), 'wal-fetch', '"%f"', '"%p"', ...config.map(quoted)]
  return `${words.join(' ')}; code=$?; { ${PASSED_ON}; } && exit $code; exit 200`
}

/** One word for sh, in which PostgreSQL finds no placeholder of its own. */
function quoted(text: string): string {
  const word = /^[\w@+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
  return word.replaceAll('%', '%%')
}
