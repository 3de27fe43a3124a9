/**
 * Runs in a process of its own, as text: this may be bundled into any file, so there is none that a child could be started with.
 * Tells over the channel to its parent what a module exports, then what its operations are. It never ends by itself, so
 * an end means that the module brought it about.
 */
export const LOAD_SCRIPT = `
const { createRequire } = require('node:module')
const { pathToFileURL } = require('node:url')
const [path] = process.argv.slice(1)
const send = process.send.bind(process)
setInterval(() => {}, 1 << 30)
const why = (error) => String(error && error.message || error).split('\\n')[0]
const tell = (walg) => send({ walg })

async function run() {
  const loaded = path.endsWith('.cjs') ? createRequire(path)(path) : await import(pathToFileURL(path).href)
  const it = Object(loaded && loaded.default)
  const settings = Object.entries(Object(it.settings)).map(([name, spec]) => ({
    names: [name, ...(spec && spec.aliases || [])],
    isSecret: Boolean(spec && spec.secret),
  }))
  const { brand, kind, apiVersion, id } = it
  tell({ loaded: { contribution: { brand, kind, apiVersion, id }, canRun: typeof it.run === 'function', settings } })
  const operations = []
  for (const [key, load] of Object.entries(Object(it.operations))) {
    try {
      const operation = Object(await load())
      operations.push({ key, id: String(operation.id), canRun: typeof operation.run === 'function' })
    } catch (error) {
      operations.push({ key, failure: why(error) })
    }
  }
  tell({ operations })
}
run().catch((error) => tell({ failure: why(error) }))
`
