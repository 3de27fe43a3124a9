import type { Language } from './package-json.js'
import type { NewPluginKind, PluginNames } from './plugin-names.js'

const WHAT: Readonly<Record<NewPluginKind, string>> = {
  storage: 'a storage',
  codec: 'a codec',
  crypter: 'a crypter',
  engine: 'a database engine',
}

const START: Readonly<Record<NewPluginKind, string>> = {
  storage:
    'The driver in `src/driver` keeps objects in memory, for the time of one process. Replace it method by method; the tests tell what does not hold yet.',
  codec:
    'The format in `src/format` is a working one: blocks that are deflated in parallel, with checksums and an end mark. Replace it by yours.',
  crypter:
    'The format in `src/format` is a working one: AES-256-GCM over blocks of 64 KiB, with a key of its own for each object. Replace it by yours.',
  engine:
    'The engine backs up a folder of JSON documents. Replace what `src/operations` do by what your database needs; `src/sentinel` is what is known of a backup.',
}

const USE: Readonly<Record<NewPluginKind, (names: PluginNames) => string>> = {
  storage: ({ id, settingPart }) => `WALG_${settingPart}_PREFIX=${id}://place/folder walg pg backup-list`,
  codec: ({ id }) => `WALG_COMPRESSION_METHOD=${id} walg pg backup-push "$PGDATA"`,
  crypter: ({ settingPart }) =>
    `WALG_${settingPart}_KEY="$(openssl rand -hex 32)" walg pg backup-push "$PGDATA"`,
  engine: ({ id, settingPart }) => `WALG_${settingPart}_DIRECTORY=/var/lib/${id} walg ${id} backup-push
walg ${id} backup-list
walg ${id} backup-fetch /var/lib/${id}-restored LATEST`,
}

/** The README of a new plugin, with every command from the first build to the first use. */
export function readmeOf(kind: NewPluginKind, language: Language, names: PluginNames): string {
  const types = language === 'typescript' ? 'npm run types\n' : ''
  return `# ${names.packageName}

A plugin for walg: ${WHAT[kind]} with the id \`${names.id}\`.

${START[kind]}

## Build and test

\`\`\`sh
npm install
npm run build
${types}npm test
walg plugins verify .
\`\`\`

\`npm test\` runs the conformance kit of \`@walg/testkit\`, the same that walg's own plugins pass.

## Install

\`\`\`sh
npm pack
walg plugins install ./${names.packageName.replace(/^@/, '').replace('/', '-')}-0.1.0.tgz
\`\`\`

The package holds one bundled file and depends on nothing, so it installs without a network, too. While you work on it, link the folder instead:

\`\`\`sh
walg plugins link .
\`\`\`

## Use

\`\`\`sh
${USE[kind](names)}
\`\`\`
`
}
