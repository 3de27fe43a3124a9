// Writes oclif.manifest.json for the host and for each plugin with commands, so that help and look-ups load no code.
// With --check, compares the host's with what is committed instead, and fails when it is stale.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Plugin } from '@oclif/core'

const root = new URL('../..', import.meta.url).pathname
const isCheck = process.argv.includes('--check')

async function manifestOf(folder) {
  const plugin = new Plugin({ root: folder, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
  await plugin.load()
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`
}

const folders = readdirSync(join(root, 'plugins'))
  .map((name) => join(root, 'plugins', name))
  .filter((folder) => existsSync(join(folder, 'package.json')))
for (const folder of isCheck ? [] : folders) {
  const { oclif } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  if (oclif?.commands) writeFileSync(join(folder, 'oclif.manifest.json'), await manifestOf(folder))
}

const hostFile = join(root, 'oclif.manifest.json')
const fresh = await manifestOf(root)
if (!isCheck) writeFileSync(hostFile, fresh)
else if (readFileSync(hostFile, 'utf8') !== fresh) {
  console.error('oclif.manifest.json is stale: run npm run build')
  process.exit(1)
}
