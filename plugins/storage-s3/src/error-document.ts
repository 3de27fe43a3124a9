/** What an error document of S3 says. */
export interface ErrorDocument {
  readonly code: string | undefined
  readonly message: string | undefined
  readonly region: string | undefined
  readonly requestTime: string | undefined
  readonly serverTime: string | undefined
}

/** Reads `<Error><Code>…`; whatever is not such a document has no code. */
export function parseErrorDocument(text: string): ErrorDocument {
  const body = /<Error(?:\s[^>]*)?>([\s\S]*)<\/Error>/.exec(text)?.[1] ?? ''
  const value = (name: string) => {
    const raw = new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1]
    return raw === undefined || raw === '' ? undefined : unescaped(raw)
  }
  return {
    code: value('Code'),
    message: value('Message'),
    region: value('Region'),
    requestTime: value('RequestTime'),
    serverTime: value('ServerTime'),
  }
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole
    const number = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return number <= 0x10ffff ? String.fromCodePoint(number) : whole
  })
}
