// Writes src/sdk/api/sdk.api.md, the public face of @walg/sdk in one file, so that a change of the contract is seen in review.
// With --check, compares instead, and fails when the contract has changed. Runs on built packages.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  ExtractorMessageCategory,
} from '@microsoft/api-extractor'

const folder = new URL('../sdk', import.meta.url).pathname
const isCheck = process.argv.includes('--check')
const silent = { logLevel: ExtractorLogLevel.None }
const temporary = mkdtempSync(join(tmpdir(), 'walg-api-'))
mkdirSync(join(folder, 'api'), { recursive: true })

const config = ExtractorConfig.prepare({
  packageJsonFullPath: join(folder, 'package.json'),
  configObjectFullPath: undefined,
  configObject: {
    projectFolder: folder,
    mainEntryPointFilePath: join(folder, 'dist/index.d.ts'),
    compiler: { tsconfigFilePath: join(folder, 'tsconfig.json') },
    apiReport: {
      enabled: true,
      reportFileName: 'sdk',
      reportFolder: join(folder, 'api'),
      reportTempFolder: temporary,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    newlineKind: 'lf',
    messages: {
      extractorMessageReporting: {
        default: { logLevel: ExtractorLogLevel.Warning },
        // Everything that is exported is public.
        'ae-missing-release-tag': silent,
      },
      // Comments are Markdown.
      tsdocMessageReporting: { default: silent },
    },
  },
})

try {
  const { succeeded, apiReportChanged } = Extractor.invoke(config, {
    localBuild: !isCheck,
    messageCallback(message) {
      // How it works is nobody's business; that the report has changed is said below, with what to do.
      if (message.category === ExtractorMessageCategory.Console) message.logLevel = ExtractorLogLevel.None
    },
  })
  if (isCheck && apiReportChanged) {
    console.error(
      'The contract of @walg/sdk is not the one in src/sdk/api/sdk.api.md. Plugins that exist depend on it: if the change is ' +
        'meant, and an addition (docs/plugins/compatibility.md), accept it with: npm run api',
    )
    process.exitCode = 1
  } else if (!succeeded) process.exitCode = 1
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
