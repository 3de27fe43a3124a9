import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface PlacedPlugin {
  readonly name: string
  /** The `walg` section of its package.json. */
  readonly walg: object
  /** More of package.json. */
  readonly packageJson?: object
  /** Files of the package: path to content. */
  readonly files?: Readonly<Record<string, string>>
}

/** Makes a data directory (`WALG_DATA_DIR`) in which these plugins look installed, good ones and such as no command would install. */
export function placePlugins(directory: string, plugins: readonly PlacedPlugin[]): void {
  const generation = join(directory, 'generations', '1')
  const list = plugins.map(({ name }) => ({ name, type: 'user' }))
  write(join(generation, 'package.json'), JSON.stringify({ oclif: { plugins: list } }))
  for (const { name, walg, packageJson, files = {} } of plugins) {
    const root = join(generation, 'node_modules', name)
    const described = { name, version: '1.0.0', oclif: {}, walg, ...packageJson }
    write(join(root, 'package.json'), JSON.stringify(described))
    for (const [path, content] of Object.entries(files)) write(join(root, path), content)
  }
  symlinkSync('generations/1', join(directory, 'current'))
}

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

/** Puts a package of this checkout, as it was built, where plugins are installed that are not part of the core set. */
export function placeBuiltPlugin(directory: string, name: string): void {
  const source = fileURLToPath(new URL(`../../plugins/${name}/`, import.meta.url))
  const { walg } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  const plugin = `@walg/${name}`
  placePlugins(directory, [{ name: plugin, walg }])
  cpSync(join(source, 'dist'), join(directory, 'current/node_modules', plugin, 'dist'), { recursive: true })
}
