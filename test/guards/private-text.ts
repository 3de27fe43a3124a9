const PRIVATE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a path of one machine', /(?<![\w.~-])\/work\/[\w.]/],
  ['a home folder', /(?<![\w.~-])\/(root|home\/[a-z][\w-]*)\/[\w.]/],
  ["a session's scratch folder", /\/tmp\/(prompts|bash_jobs|wal-g-build|walg-svc|claude|session)/],
  [
    'a package registry',
    /\bregistry\.[\w-]+\.\w+|https?:\/\/[^\s/"']*\b(registry|artifactory|nexus|verdaccio)\b/,
  ],
  ['a package mirror', /\b(proxy\.golang\.org|deb\.debian\.org|pypi\.org)\b/],
  ['a user name in a URL', /\bhttps?:\/\/[^\s/"'`<>{}$]+:[^\s/"'`<>{}$]+@/],
]

/** What a text tells about the machine it was written on, with line numbers from 1. */
export function privateParts(text: string): readonly { readonly line: number; readonly what: string }[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      PRIVATE.filter(([, pattern]) => pattern.test(line)).map(([what]) => ({ line: index + 1, what })),
    )
}
