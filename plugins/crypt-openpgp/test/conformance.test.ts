import { crypterKit } from '@walg/testkit'
import { describe, test } from 'vitest'
import { KeyRing } from '../src/key-ring.js'
import type { MessageKeys, OpenedSession } from '../src/message/decrypt-message.js'
import { crypterOf } from '../src/openpgp-crypter.js'
import { keyText, openWithKey } from './open-crypter.js'

const isProvenAtEnd = true

/** Opens each session key once: the kit reads thousands of messages whose data was changed, and a private key takes milliseconds. */
function remembering(keys: MessageKeys): MessageKeys {
  const sessions = new Map<string, Promise<OpenedSession>>()
  return {
    openSession(packets) {
      const id = Buffer.from(packets).toString('latin1')
      const session = sessions.get(id) ?? keys.openSession(packets)
      sessions.set(id, session)
      return session
    },
  }
}

async function openCrypter() {
  const current = { origin: 'the test', block: keyText('ed.sec.asc') }
  const ring = await KeyRing.open({ current, previous: [], passphrase: undefined })
  const keys = remembering(ring)
  return crypterOf(
    async () => ring,
    async () => keys,
  )
}

describe('crypter kit', () => {
  for (const check of crypterKit) {
    if (check.needs && !check.needs({ isProvenAtEnd, otherKey: {} as never })) continue
    test(check.name, async ({ signal }) => {
      const crypter = await openCrypter()
      const otherKey = await openWithKey('v4-gcm.sec.asc')
      await check.run({ crypter, otherKey, isProvenAtEnd, signal })
    }, 120_000)
  }
})
