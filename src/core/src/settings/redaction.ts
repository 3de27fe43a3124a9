const HIDDEN = '--HIDDEN--'

/** Says of a name whether its value is a secret. */
export type IsSecret = (name: string) => boolean

/** A setting's text as it may be shown: secrets hidden, also those within a map of settings and passwords within URLs. */
export function redacted(name: string, text: string, isSecret: IsSecret): string {
  if (isSecret(name)) return HIDDEN
  const map = asMap(text)
  if (map)
    return JSON.stringify(map, (key, value) =>
      isLeaf(value) && isSecret(key.toUpperCase()) ? HIDDEN : value,
    )
  return text.replace(/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${HIDDEN}@`)
}

/** The texts that must never be printed because of this setting. */
export function secretsIn(name: string, text: string, isSecret: IsSecret): readonly string[] {
  if (isSecret(name)) return [text]
  const found: string[] = []
  const map = asMap(text)
  if (map) {
    JSON.stringify(map, (key, value) => {
      if (isLeaf(value) && isSecret(key.toUpperCase())) found.push(String(value))
      return value
    })
  }
  for (const [, password] of text.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)) if (password) found.push(password)
  return found
}

function asMap(text: string): object | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isLeaf(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
