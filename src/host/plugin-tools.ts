// A bundle of its own, `dist/plugin-tools.cjs`: only commands for those who write or install plugins need it, so it is loaded by
// its path when one of them runs, and everything else starts as fast as without it.

export type { VerifyLine, VerifyReport } from '@walg/testkit'
export { verifyContributions, verifyPlugin } from '@walg/testkit'
