import { realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { HAS_SECTION } from './package-checks.js'
import type { PluginCheck } from './plugin-check.js'
import { asList, type DeclaredItem, isRecord, KIND_OF_LIST, type Subject } from './subject.js'

export const KNOWN_KINDS = 'what is contributed is of kinds that walg knows'
export const IDS = 'ids are lower case letters, digits and dashes'
export const SETTING_NAMES = 'names of settings are upper case'
export const UNIQUE = 'no id, scheme or extension is given twice'
export const OWN_FILES = 'modules are files of the package'

const ID = /^[a-z][a-z0-9-]*$/
const SCHEME = /^[a-z][a-z0-9+.-]*$/
const EXTENSION = /^[^./\s]+$/
const SETTING = /^[A-Z][A-Z0-9_]*$/
/** What decides whether a contribution is used. */
const CHOSEN_BY = { storage: 'prefixSettings', crypter: 'activatedBy' } as const

const show = (value: unknown) => JSON.stringify(value) ?? 'missing'

/** What the walg section must be, so that nothing has to be executed to read it. */
export const manifestChecks: readonly PluginCheck[] = [
  {
    name: KNOWN_KINDS,
    after: [HAS_SECTION],
    run({ manifest: { contributes } }) {
      if (!isRecord(contributes)) return ['contributes is missing']
      const complaints = Object.entries(contributes).flatMap(([list, items]) => {
        if (!(list in KIND_OF_LIST))
          return [`contributes.${list} is none of ${Object.keys(KIND_OF_LIST).join(', ')}`]
        if (!Array.isArray(items)) return [`contributes.${list} is not a list`]
        return items.flatMap((item, at) =>
          isRecord(item) ? [] : [`contributes.${list}[${at}] is not an object`],
        )
      })
      const isEmpty = Object.values(contributes).every((items) => asList(items).length === 0)
      return complaints.length === 0 && isEmpty ? ['it contributes nothing'] : complaints
    },
  },
  {
    name: IDS,
    after: [KNOWN_KINDS],
    run: ({ items }) =>
      items.flatMap(({ label, value: { id } }) =>
        fits(ID, id) ? [] : [`${label}: its id is ${show(id)}, not like tape-robot`],
      ),
  },
  {
    name: 'schemes are written without ://',
    after: [KNOWN_KINDS],
    appliesTo: has('storage'),
    run: (subject) =>
      subject.itemsOf('storage').flatMap(({ label, value: { schemes } }) => {
        if (!Array.isArray(schemes)) return [`${label}: schemes is ${show(schemes)}, not a list`]
        return schemes.flatMap((scheme) =>
          fits(SCHEME, scheme) ? [] : [`${label}: a scheme is ${show(scheme)}, not like s3`],
        )
      }),
  },
  {
    name: 'extensions are written without dot',
    after: [KNOWN_KINDS],
    appliesTo: has('compressor'),
    run: (subject) =>
      subject
        .itemsOf('compressor')
        .flatMap(({ label, value: { extension } }) =>
          fits(EXTENSION, extension) ? [] : [`${label}: its extension is ${show(extension)}, not like lz4`],
        ),
  },
  {
    name: 'storages and crypters name the settings that choose them',
    after: [KNOWN_KINDS],
    appliesTo: (subject) => has('storage')(subject) || has('crypter')(subject),
    run: ({ items }) =>
      items.flatMap(({ kind, label, value }) => {
        if (kind !== 'storage' && kind !== 'crypter') return []
        const member = CHOSEN_BY[kind]
        const names = value[member]
        if (!Array.isArray(names) || names.length === 0) return [`${label}: ${member} names no setting`]
        return names.flatMap((name) =>
          fits(SETTING, name) ? [] : [`${label}: ${show(name)} in ${member} is not like WALG_TAPE_PREFIX`],
        )
      }),
  },
  {
    name: SETTING_NAMES,
    after: [HAS_SECTION],
    run: ({ manifest }) =>
      ['settings', 'secretSettings'].flatMap((member) => {
        const names = manifest[member]
        if (names === undefined) return []
        if (!Array.isArray(names)) return [`${member} is not a list`]
        return names.flatMap((name) =>
          fits(SETTING, name) ? [] : [`${show(name)} in ${member} is not like WALG_TAPE_PREFIX`],
        )
      }),
  },
  {
    name: UNIQUE,
    after: [KNOWN_KINDS],
    run: ({ items }) => repeated(items),
  },
  {
    name: OWN_FILES,
    after: [KNOWN_KINDS],
    run: (subject) => [
      ...subject.items.flatMap(({ label, value: { module, hot } }) => [
        ...(typeof module === 'string' ? [] : [`${label}: module is ${show(module)}`]),
        ...unnamedHot(label, hot),
      ]),
      ...subject.modules.flatMap(({ item, path }) => misplaced(subject.dir, item.label, path)),
    ],
  },
]

function fits(pattern: RegExp, value: unknown): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function has(kind: 'storage' | 'compressor' | 'crypter'): (subject: Subject) => boolean {
  return (subject) => subject.itemsOf(kind).length > 0
}

/** An item may use one name for two things: the codec lz4 has the extension lz4. */
function repeated(items: readonly DeclaredItem[]): readonly string[] {
  const owners = new Map<string, DeclaredItem>()
  return items.flatMap((item) => {
    const { id, schemes, extension } = item.value
    const names = [id, ...asList(schemes), extension].filter((name) => typeof name === 'string')
    return [...new Set(names)].flatMap((name) => {
      const owner = owners.get(`${item.kind} ${name}`)
      owners.set(`${item.kind} ${name}`, item)
      return owner === undefined ? [] : [`two contributions claim the ${item.kind} '${name}'`]
    })
  })
}

function unnamedHot(label: string, hot: unknown): readonly string[] {
  if (hot === undefined) return []
  if (!isRecord(hot)) return [`${label}: hot is ${show(hot)}, not names with files`]
  return Object.entries(hot).flatMap(([name, path]) =>
    typeof path === 'string' ? [] : [`${label}: hot.${name} is ${show(path)}`],
  )
}

function misplaced(dir: string, label: string, path: string): readonly string[] {
  if (!path.startsWith('./')) return [`${label}: ${path} does not begin with ./`]
  const file = join(dir, path)
  if (!file.startsWith(join(dir, sep))) return [`${label}: ${path} is outside of the package`]
  try {
    if (!statSync(file).isFile()) return [`${label}: ${path} is no file`]
    // A link is not packed, and what it leads to belongs to somebody else.
    if (!realpathSync(file).startsWith(join(realpathSync(dir), sep)))
      return [`${label}: ${path} leads out of the package`]
    return []
  } catch {
    return [`${label}: there is no ${path}; build the package first`]
  }
}
