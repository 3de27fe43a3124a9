// Writes dist/plugin-templates.json for `walg plugins create`: the sources of new plugins, as they are and as JavaScript, and the
// versions of what they are built with. The templates are type-checked and linted like all sources.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import blankTypes from 'ts-blank-space'

const root = new URL('../..', import.meta.url).pathname
const folder = join(root, 'src/host/plugins/create/templates')

/** Texts by path. Symbolic links are files that two templates share. */
function filesBelow(from) {
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(from.length + 1))
    .sort()
    .map((path) => [path, readFileSync(join(from, path), 'utf8')])
}

/** Types become spaces; the formatter takes these away. */
function asJavaScript(files) {
  const temporary = mkdtempSync(join(tmpdir(), 'walg-templates-'))
  try {
    for (const [path, text] of files) {
      const file = join(temporary, path.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(file), { recursive: true })
      const source = blankTypes(text, () => {
        throw new Error(`${path} holds more than types beyond JavaScript`)
      })
      // Members that are only declared, and lines that only held types, leave nothing behind.
      writeFileSync(file, source.replace(/^[ ;]+$/gm, '').replace(/\{\n\n+/g, '{\n'))
    }
    const biome = join(root, 'node_modules/.bin/biome')
    const options = ['--vcs-enabled=false', '--config-path', root, '--files-max-size=1000000']
    execFileSync(biome, ['format', '--write', ...options, temporary], {
      stdio: 'pipe',
    })
    return filesBelow(temporary)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function byKind(files) {
  const kinds = {}
  for (const [path, text] of files) {
    const [kind, ...rest] = path.split('/')
    kinds[kind] = { ...kinds[kind], [rest.join('/')]: text }
  }
  return kinds
}

const sources = filesBelow(folder)
const typescript = byKind(sources)
const javascript = byKind(asJavaScript(sources))
const kinds = Object.keys(typescript).map((kind) => [
  kind,
  { typescript: typescript[kind], javascript: javascript[kind] },
])
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const versions = {
  esbuild: devDependencies.esbuild,
  typescript: devDependencies.typescript,
  nodeTypes: devDependencies['@types/node'],
}
const shipped = JSON.stringify({ templates: Object.fromEntries(kinds), versions })
writeFileSync(join(root, 'dist/plugin-templates.json'), shipped)
