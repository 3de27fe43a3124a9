// The launcher of both bins. It is the first thing that runs, so it must be understood by old versions of node, and it fixes the exit
// code of any failure before anything can fail: PostgreSQL takes 1 to 125 of a restore_command for "not archived".
import { availableParallelism } from 'node:os'
import type { LaunchOptions } from './main.js'

const FEWEST_THREADS = 4
const MOST_THREADS = 8

export function launch(options: LaunchOptions): void {
  const failure = process.argv.indexOf('wal-fetch') >= 0 ? 200 : 1
  const fail = (error: unknown) => {
    const text = error instanceof Error ? error.stack : String(error)
    process.stderr.write(`ERROR: walg ended unexpectedly: ${text}\n`)
    process.exit(failure)
  }
  process.exitCode = failure
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  const version = process.versions.node.split('.').map(Number)
  if (version[0]! < 20 || (version[0] === 20 && version[1]! < 19)) {
    fail(`node ${process.versions.node} is too old, 20.19 is needed`)
  }
  try {
    // Codecs and file reads share libuv's pool; its size counts only until the first use. Each thread keeps memory of its own.
    if (!process.env['UV_THREADPOOL_SIZE']) process.env['UV_THREADPOOL_SIZE'] = poolThreads()
    const path = './main.cjs'
    require(path)
      .main(process.argv.slice(2), options)
      .then((code: number) => {
        process.exitCode = code
      }, fail)
  } catch (error) {
    fail(error)
  }
}

function poolThreads(): string {
  return String(Math.min(MOST_THREADS, Math.max(FEWEST_THREADS, availableParallelism() + 1)))
}
