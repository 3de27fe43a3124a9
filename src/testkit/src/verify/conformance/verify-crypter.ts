import type { Crypter, CrypterDeclaration, CrypterModule } from '@walg/sdk'
import { crypterKit } from '../../crypter/crypter-kit.js'
import type { VerifyLine } from '../report.js'
import { type ConformanceEnv, givenOf } from './conformance-env.js'
import { runCheck } from './run-check.js'

/** Runs the crypter kit with the key that the settings give; what wants another key beside it is left out. */
export async function verifyCrypter(
  module: CrypterModule,
  declaration: CrypterDeclaration,
  env: ConformanceEnv,
): Promise<readonly VerifyLine[]> {
  const { label, context, timeoutMs } = env
  const names = declaration.activatedBy
  if (givenOf(names, context.settings) === undefined) {
    const why = `set ${names.join(' or ')} to a key made for trials`
    return [{ name: `${label} keeps the contract of crypters`, status: 'skipped', why }]
  }
  let crypter: Crypter | undefined
  const opening = await runCheck(`${label}: opens with its settings`, timeoutMs, context.signal, async () => {
    crypter = await module.open(context)
  })
  const lines = [opening]
  if (!crypter) return lines
  // Whether changes show only at the end of the format is not known here, so it is not held against it.
  const tools = { crypter, isProvenAtEnd: true }
  for (const check of crypterKit) {
    if (check.needs?.(tools) === false) continue
    lines.push(
      await runCheck(`${label}: ${check.name}`, timeoutMs, context.signal, (signal) =>
        check.run({ ...tools, signal }),
      ),
    )
  }
  return lines
}
