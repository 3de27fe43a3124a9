import type { Crypter } from '@walg/sdk'
import type { AesAlgorithm } from './message/cfb.js'
import { decryptMessage, type MessageKeys } from './message/decrypt-message.js'
import { encryptedData } from './message/encrypt-message.js'
import { newSessionKey, type SessionKey } from './message/session-key.js'

/** What is needed of the keys to write messages. */
export interface Recipients {
  /** What their owners' programs can read. */
  cipher(): Promise<AesAlgorithm>
  /** A session key, encrypted for each of them. */
  sealSessionKey(session: SessionKey): Promise<Uint8Array>
}

/** The crypter with these keys, which are asked for when the first object needs them. */
export function crypterOf(writing: () => Promise<Recipients>, reading: () => Promise<MessageKeys>): Crypter {
  return {
    id: 'openpgp',
    async *encrypt(source, o) {
      const recipients = await writing()
      const session = newSessionKey(await recipients.cipher())
      yield await recipients.sealSessionKey(session)
      yield* encryptedData(source, session, o)
    },
    async *decrypt(source, o) {
      yield* decryptMessage(source, await reading(), o)
    },
  }
}
