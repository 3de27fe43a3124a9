/** One block of a tutorial: a file that the reader writes, or commands that the reader runs. */
type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly text: string }

/** What a reader of a tutorial does: `sh` blocks are commands, a block after a line `` `path`: `` is that file. */
function stepsOf(markdown: string): readonly Step[] {
  const steps: Step[] = []
  let path: string | undefined
  let block: { readonly language: string; readonly lines: string[] } | undefined
  for (const line of markdown.split('\n')) {
    if (block === undefined) {
      if (line.startsWith('```')) block = { language: line.slice(3), lines: [] }
      else if (line !== '') path = /^`([^`]+)`:$/.exec(line)?.[1]
    } else if (line === '```') {
      const text = `${block.lines.join('\n')}\n`
      if (path !== undefined) steps.push({ kind: 'file', path, text })
      else if (block.language === 'sh') steps.push({ kind: 'commands', text })
      path = undefined
      block = undefined
    } else block.lines.push(line)
  }
  return steps
}

/** A shell script that runs the commands as they are printed, and writes each file in the folder where the reader is at that moment. */
export function tutorialScript(markdown: string): string {
  const lines = stepsOf(markdown).map((step) =>
    step.kind === 'commands'
      ? step.text
      : `cat > '${step.path}' <<'END_OF_TUTORIAL_FILE'\n${step.text}END_OF_TUTORIAL_FILE\n`,
  )
  return `set -euo pipefail\n${lines.join('')}`
}

/** The text of a file that the reader is told to write. */
export function tutorialFile(markdown: string, path: string): string {
  const found = stepsOf(markdown).find((step) => step.kind === 'file' && step.path === path)
  if (!found) throw new Error(`the tutorial has no file ${path}`)
  return found.text
}
