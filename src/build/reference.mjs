// Writes docs/settings.md, docs/errors.md and docs/plugins/reference.md from the code that they are about. With --check, compares
// instead, and fails when a page is stale or a setting has no place on it. Runs on built packages.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { contextSettings, ERROR_CATALOGUE, knownSettings } from '@walg/core'
import { sdkReference } from './sdk-reference.mjs'
import { SECTIONS } from './setting-docs.mjs'

const root = new URL('../..', import.meta.url).pathname
const known = knownSettings()
const GENERATED = '<!-- Made by src/build/reference.mjs: change what it reads, then run npm run build. -->'

/** What installed contributions declare, with the package that does. */
function declaredSettings() {
  const require = createRequire(import.meta.url)
  const found = new Map(Object.entries(contextSettings))
  for (const name of readdirSync(join(root, 'plugins'))) {
    const file = join(root, 'plugins', name, 'package.json')
    if (!existsSync(file)) continue
    const { walg } = JSON.parse(readFileSync(file, 'utf8'))
    for (const { module } of Object.values(walg?.contributes ?? {}).flat()) {
      const { settings } = require(join(root, 'plugins', name, module)).default
      for (const [setting, spec] of Object.entries(settings)) {
        requireInManifest(name, walg, setting, spec)
        found.set(setting, spec)
      }
    }
  }
  return found
}

/** A setting that neither WAL-G nor the manifest names would be taken for a spelling error. */
function requireInManifest(plugin, { settings = [], secretSettings = [] }, name, spec) {
  const isKnown = known.has(name) || settings.includes(name)
  if (!isKnown) throw new Error(`walg.settings in package.json of ${plugin} does not name ${name}`)
  if (spec.secret && !known.get(name)?.secret && !secretSettings.includes(name)) {
    throw new Error(`walg.secretSettings in package.json of ${plugin} does not name ${name}`)
  }
}

const declared = declaredSettings()

/** Names that only differ by the prefix of WAL-G or WAL-E stand in one line. */
function otherNames(name) {
  const prefixed = [`WALG_${name}`, `WALE_${name}`].filter((other) => known.has(other))
  return [...new Set([...prefixed, ...(declared.get(name)?.aliases ?? [])])]
}

function settingLine(name, described) {
  const spec = { ...known.get(name), ...declared.get(name) }
  const [walgDefault = '', walgDoc = ''] = described ?? []
  const isOurs = declared.has(name) || known.get(name)?.doc !== ''
  const doc = spec.doc || walgDoc
  if (!doc) throw new Error(`${name} has no description: give it one in src/build/setting-docs.mjs`)
  const value = spec.kind === 'enum' ? spec.values.join(', ') : spec.kind
  const kind = [value, spec.min !== undefined && `≥ ${spec.min}`, spec.secret && '**secret**'].filter(Boolean)
  const fallback = spec.default ?? walgDefault
  const also = otherNames(name).map((other) => `\`${other}\``)
  const names = [`\`${name}\``, ...(also.length > 0 ? [`<br>${also.join(', ')}`] : [])].join('')
  return `| ${names} | ${kind.join(', ')} | ${fallback === '' ? '' : `\`${fallback}\``} | ${isOurs ? '' : '◦ '}${doc} |`
}

function settingsPage() {
  const placed = new Set()
  const parts = Object.entries(SECTIONS).map(([title, settings]) => {
    const lines = Object.entries(settings).map(([name, described]) => {
      for (const one of [name, ...otherNames(name)]) placed.add(one)
      return settingLine(name, described)
    })
    return `## ${title}\n\n| setting | takes | default | meaning |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
  })
  const lost = [...known.keys(), ...declared.keys()].filter((name) => !placed.has(name) && !isAlias(name))
  if (lost.length > 0) throw new Error(`no section of docs/settings.md holds ${lost.join(', ')}`)
  return `# Settings

${GENERATED}

Every setting of walg and WAL-G, what it takes, and its default.

Highest first: a flag (\`--walg-upload-concurrency 4\`), the environment, the config file, the default. Each setting is a flag, in lower case with \`-\`.
[install.md](install.md) tells about config files.

- **◦** marks settings of WAL-G that this version of walg knows by name only: they are no spelling error, and do nothing yet, or are passed on to a library.
- **secret** values are never shown, in no log and not by \`walg config show\`.
- \`bool\` is \`1 t true 0 f false\`; \`duration\` is Go's, such as \`90s\` or \`1h30m\`; \`bytes\` is a count, or one with \`KB MB GB\` (1024-based);
  \`json\` is any JSON document.

${parts.join('\n')}`
}

/** The old names of prefixes and of the gpg key are told in the text of the main one. */
function isAlias(name) {
  return /^WALE_(\w+)$/.test(name) && known.has(name.replace(/^WALE_/, 'WALG_'))
}

function errorsPage() {
  const lines = Object.entries(ERROR_CATALOGUE).map(
    ([code, { exit, meaning, remedy }]) => `| \`${code}\` | ${exit} | ${meaning} | ${remedy} |`,
  )
  return `# Errors

${GENERATED}

Every error code, the exit code of a command that ends with it, what it means, and what to do.

Codes are stable; the texts of messages are not. With \`WALG_LOG_FORMAT=json\` log lines are JSON. Two commands have exit codes that PostgreSQL reads by rules
of its own: see [wal-push](postgresql.md#archive) and [restore_command](postgresql.md#restore_command).

| exit | meaning |
| --- | --- |
| 0 | done, and durable |
| 1 | unexpected error |
| 2 | usage: flags, arguments, names |
| 3 | settings invalid or missing |
| 4 | plugin missing or incompatible |
| 5 | permission or credentials |
| 6 | storage unavailable after retries, or full |
| 7 | conflict: exists with other content, destination not empty, target out of reach |
| 8 | integrity: checksum, truncation, wrong key |
| 9 | database: connection, version, state |
| 10 | another operation holds the lock |
| 11 | partly done, or verification found problems |
| 74 | wanted WAL file proven absent |
| 75 | wal-fetch beside \`standby.signal\`: ask again |
| 130, 143 | interrupted by SIGINT, SIGTERM |
| 200 | wal-fetch failed: recovery stops, nothing is lost |

| code | exit | meaning | remedy |
| --- | --- | --- | --- |
${lines.join('\n')}
`
}

const pages = {
  'docs/settings.md': settingsPage(),
  'docs/errors.md': errorsPage(),
  'docs/plugins/reference.md': sdkReference(GENERATED),
}
for (const [path, text] of Object.entries(pages)) {
  const file = join(root, path)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is stale: run npm run build`)
    process.exitCode = 1
  }
}
