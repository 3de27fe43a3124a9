import assert from 'node:assert/strict'
import type { Compressor, CompressorDeclaration, CompressorModule, Decompressor } from '@walg/sdk'
import { compressorKit } from '../../compressor/compressor-kit.js'
import type { VerifyLine } from '../report.js'
import type { ConformanceEnv } from './conformance-env.js'
import { runCheck } from './run-check.js'

/** Runs the compressor kit with the settings that are given. A codec that only reads has nothing to read here. */
export async function verifyCompressor(
  module: CompressorModule<Decompressor>,
  { isReadOnly = false }: CompressorDeclaration,
  env: ConformanceEnv,
): Promise<readonly VerifyLine[]> {
  const { label, context, timeoutMs } = env
  let compressor: Decompressor | undefined
  const opening = await runCheck(`${label}: opens with its settings`, timeoutMs, context.signal, async () => {
    compressor = await module.open(context)
    assert.equal(
      'compress' in compressor,
      !isReadOnly,
      'isReadOnly is for codecs without compress, and only for them',
    )
  })
  const lines = [opening]
  if (!compressor || !('compress' in compressor)) return lines
  const opened = compressor as Compressor
  for (const check of compressorKit) {
    lines.push(
      await runCheck(`${label}: ${check.name}`, timeoutMs, context.signal, (signal) =>
        check.run({ compressor: opened, signal }),
      ),
    )
  }
  return lines
}
