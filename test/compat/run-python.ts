import { execFile, spawnSync } from 'node:child_process'

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

/** What is missing to run the fixtures' runners; undefined when nothing is. */
export function lacksPython(): string | undefined {
  const { status } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))'])
  return status === 0 ? undefined : 'no python3 of version 3.9 or newer'
}

/** Lines that a runner prints, whatever its exit code: results are judged one by one. Rejects when it could not run. */
export async function runPython(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  return await new Promise((resolve, reject) => {
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment }
    execFile('python3', [script, ...args], { env, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
      const ended = error === null || typeof error.code === 'number'
      if (ended && stdout !== '') resolve(stdout.split('\n'))
      else reject(new Error(`${script} did not run: ${stderr.slice(-2000)}`, { cause: error }))
    })
  })
}
