import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

const PACK_MS = 60_000
const MOST_OUTPUT = 64 * 1024 * 1024

/** npm-cli.js of the npm that comes with node, or of the one in PATH. */
export function findNpm(): string | undefined {
  const beside = [
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
    join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js'),
  ]
  const inPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'npm'))
  const found = [...beside, ...inPath].find((path) => existsSync(path))
  const script = found && realpathSync(found)
  return script?.endsWith('.js') ? script : undefined
}

/** The files that npm would pack, relative to the folder. Nothing is built or written. */
export async function packedFiles(
  npm: string,
  dir: string,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [npm, 'pack', '--dry-run', '--json', '--ignore-scripts', '--offline'],
    { cwd: dir, timeout: PACK_MS, maxBuffer: MOST_OUTPUT, ...(signal && { signal }) },
  )
  // A list, or since npm 12 an object by package.
  const [packed] = Object.values(
    JSON.parse(stdout) as Record<string, { readonly files: readonly { readonly path: string }[] }>,
  )
  return (packed?.files ?? []).map(({ path }) => path)
}
