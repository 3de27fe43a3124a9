/** The first paragraph after the title, when it is one line of prose; undefined otherwise. */
export function purposeOf(readme: string): string | undefined {
  const paragraphs = readme
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== '')
  const [title, first] = paragraphs
  if (!title || !/^# .+$/.test(title)) return undefined
  if (!first || first.includes('\n') || /^(#|```|[-*|>]|\d+\. )/.test(first)) return undefined
  return first
}
