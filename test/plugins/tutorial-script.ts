/**
 * A shell script that does what a reader of a tutorial does: its `sh` blocks are run as they are printed, and a block after a line
 * `` `path`: `` is written to that file, in the folder where the reader is at that moment.
 */
export function tutorialScript(markdown: string): string {
  const steps: string[] = ['set -euo pipefail']
  let path: string | undefined
  let block: { readonly language: string; readonly lines: string[] } | undefined
  for (const line of markdown.split('\n')) {
    if (block === undefined) {
      if (line.startsWith('```')) block = { language: line.slice(3), lines: [] }
      else if (line !== '') path = /^`([^`]+)`:$/.exec(line)?.[1]
    } else if (line === '```') {
      if (path !== undefined)
        steps.push(`cat > '${path}' <<'END_OF_TUTORIAL_FILE'`, ...block.lines, 'END_OF_TUTORIAL_FILE')
      else if (block.language === 'sh') steps.push(...block.lines)
      path = undefined
      block = undefined
    } else block.lines.push(line)
  }
  return `${steps.join('\n')}\n`
}
