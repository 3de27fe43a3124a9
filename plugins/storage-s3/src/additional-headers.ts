import { type Secret, WalgError } from '@walg/sdk'

/** Headers that the user wants in every request, by their names in lower case. They may hold secrets. */
export async function additionalHeaders(text: Secret | undefined): Promise<Readonly<Record<string, string>>> {
  const source = text?.reveal().trim() ?? ''
  if (source === '') return {}
  let parsed: unknown
  try {
    parsed = source.startsWith('{') || source.startsWith('[') ? JSON.parse(source) : undefined
  } catch {
    // Not JSON; YAML knows braces, too.
  }
  if (parsed === undefined) {
    const { parseYaml } = await import('./lazy/header-text.js')
    try {
      parsed = parseYaml(source)
    } catch {
      // What the parser says would show a part of the value.
      throw malformed()
    }
  }
  const maps = Array.isArray(parsed) ? parsed : [parsed]
  const headers: Record<string, string> = {}
  for (const map of maps) {
    if (typeof map !== 'object' || map === null || Array.isArray(map)) throw malformed()
    for (const [name, value] of Object.entries(map)) {
      const line = String(value)
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /[^\t\x20-\x7e]/.test(line)) throw malformed()
      headers[name.toLowerCase()] = line
    }
  }
  return headers
}

function malformed(): WalgError {
  return new WalgError(
    'E_SETTING_INVALID',
    'unable to use S3_REQUEST_ADDITIONAL_HEADERS: it is no map of header names to values, in YAML or JSON',
    { details: { name: 'S3_REQUEST_ADDITIONAL_HEADERS' } },
  )
}
