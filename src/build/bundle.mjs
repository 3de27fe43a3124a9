// Bundles what runs from TypeScript sources: the host's entry points, and for each plugin the modules that its
// package.json declares. `./dist/x.cjs` is always made from `./src/x.ts` (or `./src/x/index.ts`). What lies in src/lazy/ of a plugin is
// bundled by itself, with the vendor's library in it, and loaded when the function that imports it runs.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const root = new URL('../..', import.meta.url).pathname
const HOST_ENTRIES = ['walg', 'wal-g', 'main', 'cli', 'commands', 'plugin-manager', 'plugin-tools']
// Native code that ssh2 tries to load, and does without.
const OPTIONAL = ['cpu-features', '*/sshcrypto.node']
// Loaded from node_modules at run time: native code, and packages that are only needed now and then.
const EXTERNAL = [
  '@oclif/core',
  '@oclif/plugin-help',
  'lz4-napi',
  'lzma-native',
  'openpgp',
  'pg',
  'pg-native',
  'sodium-native',
  'zstd-napi',
  ...OPTIONAL,
]
// The host runs once per WAL segment: what only some config files need is not even parsed.
const HOST_EXTERNAL = [...EXTERNAL, 'yaml', 'smol-toml']

/** Vendors' libraries that are ESM may ask where they lie. */
const OWN_URL = {
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
}

const sourceOf = (folder, output) => {
  const stem = join(folder, output.replace(/^(\.\/)?dist\//, '').replace(/\.cjs$/, ''))
  for (const file of [`${stem}.ts`, join(stem, 'index.ts')]) if (existsSync(file)) return file
  throw new Error(`no source for ${output} in ${folder}`)
}

const LAZY = /^\.\/lazy\/([^/]+)\.js$/

/** `import('./lazy/x.js')` loads dist/lazy/x.cjs, which lies beside the bundle of whoever imports it. */
const lazyModules = {
  name: 'lazy-modules',
  setup({ onResolve }) {
    onResolve({ filter: LAZY }, ({ path }) => ({ path: path.replace(LAZY, './lazy/$1.cjs'), external: true }))
  },
}

function lazyOutputs(folder) {
  const lazy = join(folder, 'src/lazy')
  if (!existsSync(lazy)) return []
  const files = readdirSync(lazy, { withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map(({ name }) => `./dist/lazy/${name.replace(/\.ts$/, '.cjs')}`)
}

async function bundle(sourceFolder, packageFolder, outputs, options) {
  await Promise.all(
    outputs.map((output) =>
      build({
        entryPoints: [sourceOf(sourceFolder, output)],
        outfile: join(packageFolder, output),
        bundle: true,
        platform: 'node',
        format: 'cjs',
        target: 'node20',
        conditions: ['source'],
        // Half of what a start costs is reading sources. Names stay, for stack traces.
        minifyWhitespace: true,
        minifySyntax: true,
        sourcemap: 'linked',
        logLevel: 'warning',
        plugins: [lazyModules],
        ...options,
      }),
    ),
  )
}

function declaredOutputs(manifest) {
  const modules = Object.values(manifest.walg?.contributes ?? {}).flat()
  const hot = modules.flatMap((m) => Object.values(m.hot ?? {}))
  const oclif = [manifest.oclif?.commands?.target].filter(Boolean)
  return [...modules.map((m) => m.module), ...hot, ...oclif]
}

const wanted = process.argv.slice(2)
const plugins = readdirSync(join(root, 'plugins')).filter((name) =>
  existsSync(join(root, 'plugins', name, 'package.json')),
)
for (const name of plugins) {
  if (wanted.length && !wanted.includes(name)) continue
  const folder = join(root, 'plugins', name)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const options = {
    external: EXTERNAL,
    // import() of a library becomes require(): loading node's ESM loader takes 8 ms. The host keeps it for plugins that are ESM.
    supported: { 'dynamic-import': false },
  }
  await bundle(join(folder, 'src'), folder, declaredOutputs(manifest), options)
  await bundle(join(folder, 'src'), folder, lazyOutputs(folder), { ...options, ...OWN_URL })
}
if (!wanted.length || wanted.includes('host')) {
  await bundle(
    join(root, 'src/host'),
    root,
    HOST_ENTRIES.map((name) => `dist/${name}.cjs`),
    { external: HOST_EXTERNAL },
  )
}
