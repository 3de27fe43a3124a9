// walg as the user of the stage can run it: the clone itself, or a copy of what it needs where the clone, or node, lies in
// a folder that is closed to others.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CLONE = fileURLToPath(new URL('../..', import.meta.url))
const BUILT = ['package.json', 'oclif.manifest.json', 'dist']

/** Command and first arguments that run walg. */
export function programFor(stage) {
  if (!existsSync(join(CLONE, 'dist/walg.cjs'))) throw new Error('walg is not built yet: run npm run build')
  const inPlace = [process.execPath, join(CLONE, 'dist/walg.cjs')]
  if (canRun(stage, inPlace)) return inPlace
  const copied = [copyNode(stage), copyWalg(stage)]
  if (canRun(stage, copied)) return copied
  throw new Error(
    `the user ${stage.user?.name} can run walg neither in ${CLONE} nor from ${stage.folder}: ` +
      'run this as an ordinary user, or set TMPDIR to a folder from which programs may be run',
  )
}

const canRun = (stage, [node, script]) => stage.canRun(node, [script, 'pg', '--version'])

function copyNode(stage) {
  if (stage.canRun(process.execPath, ['--version'])) return process.execPath
  const copy = join(stage.folder, 'node')
  copyFileSync(process.execPath, copy)
  execFileSync('chmod', ['a+rx', copy])
  return copy
}

function copyWalg(stage) {
  const copy = stage.makeFolder('walg')
  for (const name of BUILT) cpSync(join(CLONE, name), join(copy, name), { recursive: true })
  for (const [name, folder] of runtimePackages(CLONE)) {
    // Packages below it have a place of their own; sources of ours are built already.
    const isLeftOut = name.startsWith('@walg/') ? /\/(node_modules|src|test)$/ : /\/node_modules$/
    const filter = (path) => path === folder || !isLeftOut.test(path)
    cpSync(folder, join(copy, 'node_modules', name), { recursive: true, filter })
  }
  execFileSync('chmod', ['-R', 'a+rX', copy])
  return join(copy, 'dist/walg.cjs')
}

/** Every package that walg loads at run time, by name. One version of each is enough: npm has put them side by side. */
function runtimePackages(root, found = new Map()) {
  const { dependencies = {}, optionalDependencies = {} } = manifestOf(root)
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    if (found.has(name)) continue
    const folder = installedFolder(root, name)
    if (folder === undefined) continue
    found.set(name, folder)
    runtimePackages(folder, found)
  }
  return found
}

function installedFolder(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(candidate)) return realpathSync(candidate)
    if (folder === dirname(folder)) return undefined
  }
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
