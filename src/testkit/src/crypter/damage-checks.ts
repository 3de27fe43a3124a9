import { randomBytes } from '../bytes.js'
import { placesIn } from '../places.js'
import { packed } from '../transform/transform.js'
import { type CrypterCheck, crypterTransform } from './crypter-env.js'
import { changesOfPieces, layoutsOf } from './pieces.js'
import { refused } from './refused.js'

const MiB = 1024 * 1024
const MOST_CUTS = 300
const MOST_FLIPS = 200
/** Every bit of an object up to this length is changed in turn. */
const SMALL_BYTES = 1_000

export const damageChecks: readonly CrypterCheck[] = [
  {
    name: 'input that is cut anywhere is an error, also before its first byte',
    async run(env) {
      for (const size of [0, 1, 5_000, 300_000]) {
        const stored = await packed(crypterTransform(env), randomBytes(size))
        for (const cut of placesIn(stored.length, MOST_CUTS))
          await refused(env, stored.subarray(0, cut), `${size} bytes cut to ${cut} of ${stored.length}`)
      }
    },
  },
  {
    name: 'input that is cut between its blocks is an error',
    async run(env) {
      for (const { pieceBytes, starts } of await layoutsOf(crypterTransform(env))) {
        const stored = await packed(crypterTransform(env), randomBytes(4 * pieceBytes))
        for (const { start, stride } of starts) {
          for (let cut = start; cut < stored.length; cut += stride)
            await refused(env, stored.subarray(0, cut), `cut to ${cut} of ${stored.length}`)
        }
      }
    },
  },
  {
    name: 'every changed bit is an error',
    async run(env) {
      for (const size of [0, 40, 300_000]) {
        const stored = await packed(crypterTransform(env), randomBytes(size))
        const bits = stored.length <= SMALL_BYTES ? [0, 1, 2, 3, 4, 5, 6, 7] : [0, 7]
        for (const at of placesIn(stored.length, stored.length <= SMALL_BYTES ? SMALL_BYTES : MOST_FLIPS)) {
          for (const bit of bits) {
            const changed = new Uint8Array(stored)
            changed[at] = (changed[at] ?? 0) ^ (1 << bit)
            await refused(env, changed, `${size} bytes with bit ${bit} of byte ${at} changed`)
          }
        }
      }
    },
  },
  {
    name: 'bytes after the end are an error',
    async run(env) {
      for (const size of [0, 40, 65_536, MiB]) {
        const stored = await packed(crypterTransform(env), randomBytes(size))
        const other = await packed(crypterTransform(env), randomBytes(10))
        for (const rest of [new Uint8Array(1), randomBytes(512), stored.subarray(0, 100_000), other])
          await refused(env, Buffer.concat([stored, rest]), `${size} bytes and ${rest.length} after the end`)
      }
    },
  },
  {
    name: 'pieces that change places, come twice or are left out are an error',
    async run(env) {
      for (const { pieceBytes, starts } of await layoutsOf(crypterTransform(env))) {
        const stored = await packed(crypterTransform(env), randomBytes(4 * pieceBytes))
        for (const { start, stride } of starts) {
          for (const [what, changed] of changesOfPieces(stored, start, stride))
            await refused(env, changed, `pieces of ${stride} from ${start}: ${what}`)
        }
      }
    },
  },
  {
    name: 'other data is an error',
    async run(env) {
      for (const bytes of [Buffer.from('plain text'), new Uint8Array(1000), randomBytes(100_000)])
        await refused(env, bytes, `${bytes.length} bytes that are not encrypted`)
    },
  },
]
