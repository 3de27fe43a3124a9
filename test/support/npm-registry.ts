import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.js'

const require = createRequire(import.meta.url)
const START_MS = 30_000

export interface NpmRegistry extends AsyncDisposable {
  readonly url: string
  /** Environment in which npm, also one that walg starts, asks this registry and keeps its cache to itself. */
  readonly env: Readonly<Record<string, string>>
  /** Publishes a package folder, or a packed file. */
  publish(path: string): void
}

/**
 * A package registry of its own, on this machine, empty at first. `uplink`: the registry that it asks for what it does not have,
 * for packages that depend on others; without one nothing leaves the machine.
 */
export async function startNpmRegistry(options: { readonly uplink?: string } = {}): Promise<NpmRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'walg-registry-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const npmrc = join(folder, 'npmrc')
  // npm wants a token to publish; this registry lets everybody.
  writeFileSync(npmrc, `registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\n`)
  writeFileSync(join(folder, 'config.yaml'), configOf(folder, options.uplink))
  const program = join(require.resolve('verdaccio/package.json'), '../bin/verdaccio')
  const server = spawn(
    process.execPath,
    [program, '--config', join(folder, 'config.yaml'), '--listen', `127.0.0.1:${port}`],
    { stdio: 'ignore', env: { ...process.env, HOME: folder } },
  )
  const env = {
    npm_config_userconfig: npmrc,
    npm_config_cache: join(folder, 'cache'),
    npm_config_update_notifier: 'false',
  }
  await answering(`${url}-/ping`)
  return {
    url,
    env,
    publish(path) {
      const run = spawnSync('npm', ['publish', path, '--ignore-scripts', '--tag', 'latest'], {
        env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
        encoding: 'utf8',
      })
      if (run.status !== 0) throw new Error(`npm publish ${path}: ${run.stderr}`)
    },
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => server.once('exit', resolve))
      if (server.kill()) await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function configOf(folder: string, uplink: string | undefined): string {
  const proxy = uplink === undefined ? '' : ', proxy: above'
  return [
    `storage: ${join(folder, 'packages')}`,
    `auth: { htpasswd: { file: ${join(folder, 'htpasswd')} } }`,
    uplink === undefined ? 'uplinks: {}' : `uplinks: { above: { url: '${uplink}' } }`,
    `packages: { '@walg/*': { access: $all, publish: $all }, 'walg*': { access: $all, publish: $all }, '**': { access: $all, publish: $all${proxy} } }`,
    'log: { type: stdout, format: pretty, level: fatal }',
    '',
  ].join('\n')
}

async function answering(url: string): Promise<void> {
  for (const end = Date.now() + START_MS; ; ) {
    try {
      if ((await fetch(url)).ok) return
    } catch (error) {
      if (Date.now() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
