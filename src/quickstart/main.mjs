// npm run quickstart [-- --keep]
import { openStage } from './stage.mjs'
import { tellStory } from './story.mjs'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }

const unknown = process.argv.slice(2).filter((argument) => argument !== '--keep')
if (unknown.length > 0) {
  console.error(`unknown argument ${unknown[0]}; there is --keep, which leaves the folder in place`)
  process.exit(2)
}

const interruption = new AbortController()
for (const [signal, code] of Object.entries(EXIT_CODES)) {
  process.on(signal, () => {
    process.exitCode = code
    interruption.abort(new Error(`interrupted by ${signal}`))
  })
}

let stage
try {
  stage = await openStage({ isKept: process.argv.includes('--keep'), signal: interruption.signal })
  await tellStory(stage)
} catch (error) {
  // What an interrupted step complains about is not the reason.
  const reason = interruption.signal.aborted ? interruption.signal.reason : error
  console.error(`\nThe quick start failed: ${reason.message}`)
  if (!interruption.signal.aborted) console.error(stage?.logs() ?? '')
  process.exitCode ??= 1
} finally {
  await stage?.close()
}

// A client that was cut off must not keep the program from ending.
process.exit()
