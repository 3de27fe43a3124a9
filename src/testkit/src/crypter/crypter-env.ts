import type { Crypter } from '@walg/sdk'
import type { Check } from '../check.js'
import type { Transform } from '../transform/transform.js'

/** What checks of a crypter may ask for; `needs` looks at it. */
export interface CrypterTools {
  /** The same crypter with another key, from which it must be safe. */
  readonly otherKey?: Crypter
  /**
   * That the format shows only at its end whether it was changed, as OpenPGP's does. Then bytes that were changed may be given out before the
   * error comes.
   */
  readonly isProvenAtEnd?: boolean
}

/** What a check of a crypter gets. */
export interface CrypterEnv extends CrypterTools {
  readonly crypter: Crypter
  readonly signal: AbortSignal
}

export type CrypterCheck = Check<CrypterEnv, CrypterTools>

export function crypterTransform({ crypter, signal }: CrypterEnv): Transform {
  return {
    pack: { name: 'encrypt', run: (source, o) => crypter.encrypt(source, o) },
    unpack: { name: 'decrypt', run: (source, o) => crypter.decrypt(source, o) },
    signal,
  }
}
