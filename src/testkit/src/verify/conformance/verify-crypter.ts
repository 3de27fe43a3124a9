import type { CrypterDeclaration, CrypterModule } from '@walg/sdk'
import type { VerifyLine } from '../report.js'
import { type ConformanceEnv, givenOf } from './conformance-env.js'
import { runCheck } from './run-check.js'

/** Opens a crypter with the key that the settings give. */
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
  const opening = await runCheck(`${label}: opens with its settings`, timeoutMs, context.signal, async () => {
    await module.open(context)
  })
  return [opening]
}
