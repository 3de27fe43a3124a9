import { type Language, packageJsonOf, type ToolVersions, tsconfigOf } from './package-json.js'
import type { NewPluginKind, PluginNames } from './plugin-names.js'
import { readmeOf } from './readme.js'

/** Sources and tests by kind, language and path; made by src/build/plugin-templates.mjs. */
export type PluginTemplates = Readonly<
  Record<NewPluginKind, Readonly<Record<Language, Readonly<Record<string, string>>>>>
>

export interface NewPlugin {
  readonly kind: NewPluginKind
  readonly language: Language
  readonly names: PluginNames
  readonly apiVersion: number
  readonly versions: ToolVersions
}

/** All files of a new plugin, by path. */
export function pluginFiles(
  { kind, language, names, apiVersion, versions }: NewPlugin,
  templates: PluginTemplates,
): ReadonlyMap<string, string> {
  const sources = Object.entries(templates[kind][language]).map(
    ([path, text]) => [path, withNames(text, names)] as const,
  )
  return new Map([
    ['package.json', packageJsonOf(kind, language, names, apiVersion, versions)],
    ['README.md', readmeOf(kind, language, names)],
    ['.gitignore', 'node_modules/\ndist/\nbuild/\n*.tgz\n'],
    ...(language === 'typescript' ? [['tsconfig.json', tsconfigOf()] as const] : []),
    ...sources,
  ])
}

/** The templates are programs that compile as they are; these are the names in them that stand for others. */
function withNames(text: string, { packageName, id, settingPart }: PluginNames): string {
  return text
    .replaceAll('sample-package', packageName)
    .replaceAll('sample-id', id)
    .replaceAll('SAMPLE_ID', settingPart)
}
