import type { Compressor, CompressorModule } from '@walg/sdk'
import { compressorKit } from '../../compressor/compressor-kit.js'
import type { VerifyLine } from '../report.js'
import type { ConformanceEnv } from './conformance-env.js'
import { runCheck } from './run-check.js'

/** Runs the compressor kit with the settings that are given. */
export async function verifyCompressor(
  module: CompressorModule,
  env: ConformanceEnv,
): Promise<readonly VerifyLine[]> {
  const { label, context, timeoutMs } = env
  let compressor: Compressor | undefined
  const opening = await runCheck(`${label}: opens with its settings`, timeoutMs, context.signal, async () => {
    compressor = await module.open(context)
  })
  const lines = [opening]
  if (!compressor) return lines
  const opened = compressor
  for (const check of compressorKit) {
    lines.push(
      await runCheck(`${label}: ${check.name}`, timeoutMs, context.signal, (signal) =>
        check.run({ compressor: opened, signal }),
      ),
    )
  }
  return lines
}
