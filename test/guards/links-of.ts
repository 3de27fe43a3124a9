/** Targets of the relative links of a Markdown text outside code, as written but without `#anchor`, with line numbers. */
export function relativeLinks(
  markdown: string,
): readonly { readonly target: string; readonly line: number }[] {
  let isInCode = false
  return markdown.split('\n').flatMap((text, index) => {
    if (text.startsWith('```')) isInCode = !isInCode
    if (isInCode) return []
    return [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link]) => (link ?? '').replace(/#.*$/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .map((target) => ({ target, line: index + 1 }))
  })
}
