import { knownSettings } from '@walg/core'
import { API_VERSION, contributionOf } from '@walg/sdk'
import { IDS, OWN_FILES, SETTING_NAMES, UNIQUE } from './manifest-checks.js'
import { isSupported } from './package-checks.js'
import type { PluginCheck } from './plugin-check.js'
import { asList, type DeclaredModule, type Subject } from './subject.js'

export const LOADS = 'every module loads'
export const LOADS_OPERATIONS = 'operations of engines load under their ids'
const EXPORTS = 'modules export what the manifest declares'

/** What the modules must be; they are loaded in processes of their own. */
export const moduleChecks: readonly PluginCheck[] = [
  {
    name: LOADS,
    after: [OWN_FILES],
    run: (subject) =>
      eachModule(subject, subject.modules, ({ path }, { loaded, failure }) =>
        loaded ? [] : [`${path}: ${failure}`],
      ),
  },
  {
    name: 'nothing is written to stdout while a module is loaded',
    after: [OWN_FILES],
    run: (subject) =>
      eachModule(subject, subject.modules, ({ path }, { stdout }) =>
        stdout === '' ? [] : [`${path} wrote ${JSON.stringify(stdout)}`],
      ),
  },
  {
    name: EXPORTS,
    after: [LOADS, IDS, UNIQUE],
    run: (subject) =>
      eachModule(
        subject,
        subject.modules.filter(({ hot }) => hot === undefined),
        ({ item, path }, { loaded }) => {
          const found = contributionOf(loaded?.contribution)
          const { kind } = item
          if (!found) return [`${path}: its default export was not made by a define… function of @walg/sdk`]
          if (found.kind !== kind) return [`${path}: expected a ${kind}, found a ${found.kind}`]
          if (found.id !== item.value['id'])
            return [`${path}: expected the id ${String(item.value['id'])}, found ${found.id}`]
          if (!isSupported(found.apiVersion))
            return [`${path}: expected apiVersion ${API_VERSION}, found ${found.apiVersion}`]
          return []
        },
      ),
  },
  {
    name: LOADS_OPERATIONS,
    after: [EXPORTS],
    appliesTo: (subject) => subject.itemsOf('engine').length > 0,
    run: (subject) =>
      eachModule(
        subject,
        subject.modules.filter(({ item, hot }) => item.kind === 'engine' && hot === undefined),
        ({ path }, { operations, failure }) => {
          if (!operations) return [`${path}: ${failure}`]
          return operations.flatMap(({ key, id, canRun, failure: why }) => {
            if (why !== undefined) return [`${path}: ${key}: ${why}`]
            return notOperation(`${path}: ${key}`, key, id, canRun)
          })
        },
      ),
  },
  {
    name: 'hot modules export their operations',
    after: [LOADS],
    appliesTo: ({ modules }) => modules.some(({ hot }) => hot !== undefined),
    run: (subject) =>
      eachModule(
        subject,
        subject.modules.filter(({ hot }) => hot !== undefined),
        ({ path, hot = '' }, { loaded }) => notOperation(path, hot, loaded?.contribution.id, loaded?.canRun),
      ),
  },
  {
    name: 'settings beyond those of walg are declared in the manifest',
    after: [LOADS, SETTING_NAMES],
    run: (subject) =>
      undeclared(subject, ['settings', 'secretSettings'], () => true, 'is not in settings of the manifest'),
  },
  {
    name: 'secret settings are declared as secret in the manifest',
    after: [LOADS, SETTING_NAMES],
    run: (subject) =>
      undeclared(
        subject,
        ['secretSettings'],
        (isSecret) => isSecret,
        'is secret, and is not in secretSettings of the manifest',
      ),
  },
]

async function eachModule(
  subject: Subject,
  modules: readonly DeclaredModule[],
  complaintsOf: (module: DeclaredModule, outcome: Awaited<ReturnType<Subject['load']>>) => readonly string[],
): Promise<readonly string[]> {
  const complaints: string[] = []
  for (const module of modules) complaints.push(...complaintsOf(module, await subject.load(module.path)))
  return complaints
}

function notOperation(
  where: string,
  name: string,
  id: unknown,
  canRun: boolean | undefined,
): readonly string[] {
  if (!canRun) return [`${where}: expected an operation, found something without run`]
  return id === name ? [] : [`${where}: expected the operation ${name}, found ${String(id)}`]
}

/** walg knows its own settings and those of WAL-G without a manifest. */
async function undeclared(
  subject: Subject,
  members: readonly string[],
  concerns: (isSecret: boolean) => boolean,
  complaint: string,
): Promise<readonly string[]> {
  const declared = new Set(members.flatMap((member) => asList(subject.manifest[member])))
  const known = knownSettings()
  const missing = new Set<string>()
  for (const { path } of subject.modules) {
    for (const { names, isSecret } of (await subject.load(path)).loaded?.settings ?? []) {
      if (!concerns(isSecret)) continue
      for (const name of names) if (!known.has(name) && !declared.has(name)) missing.add(name)
    }
  }
  return [...missing].map((name) => `${name} ${complaint}`)
}
