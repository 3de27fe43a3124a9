import { WalgError } from '@walg/sdk'

const FORM = /^swift:\/\/([^/?#]+)(\/[^?#]*)?$/i

/** What a prefix such as `swift://container/folder` names. */
export function parsePrefix(text: string): { readonly container: string; readonly folder: string } {
  const [, container, path = ''] = FORM.exec(text) ?? []
  if (container === undefined) throw malformed(text, 'it must look like swift://container/folder')
  try {
    return {
      container: decodeURIComponent(container),
      folder: decodeURIComponent(path).replace(/^\/+|\/+$/g, ''),
    }
  } catch {
    throw malformed(text, 'a % in it is not followed by two hexadecimal digits')
  }
}

function malformed(prefix: string, why: string): WalgError {
  return new WalgError('E_STORAGE_CONFIG', `unable to open the storage WALG_SWIFT_PREFIX=${prefix}: ${why}`)
}
