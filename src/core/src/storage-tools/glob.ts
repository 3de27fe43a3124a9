import { type CallOptions, type ListedFolder, type Storage, WalgError } from '@walg/sdk'
import { toolPath } from './tool-path.js'

/** What a pattern matches, in the order in which storages list. */
export interface GlobMatches {
  /** Keys of objects. */
  readonly objects: readonly string[]
  /** Folders, without slash at the end; `''` is the root. */
  readonly folders: readonly string[]
}

/**
 * Finds what a pattern names. Segments between slashes are matched one by one, with `*`, `?`, `[a-c]`, `[^a]`, and `\` before what
 * is meant literally. Rejects with `E_ARGUMENT_INVALID` for a pattern that is none.
 */
export async function glob(storage: Storage, pattern: string, o: CallOptions): Promise<GlobMatches> {
  const segments = toolPath(pattern).split('/')
  if (segments[0] === '') return { objects: [], folders: [''] }
  const matchers = segments.map((segment) => matcherOf(segment))
  const last = matchers.pop()!
  let folders: readonly string[] = ['']
  for (const matches of matchers) {
    folders = await each(folders, async (folder) =>
      below(folder, (await list(storage, folder, o)).folders, matches),
    )
  }
  const objects: string[] = []
  const found: string[] = []
  for (const folder of folders) {
    const listed = await list(storage, folder, o)
    objects.push(
      ...below(
        folder,
        listed.objects.map(({ key }) => key),
        last,
      ),
    )
    found.push(...below(folder, listed.folders, last))
  }
  return { objects, folders: found }
}

async function each(
  folders: readonly string[],
  expand: (folder: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const expanded: string[] = []
  for (const folder of folders) expanded.push(...(await expand(folder)))
  return expanded
}

const list = (storage: Storage, folder: string, o: CallOptions): Promise<ListedFolder> =>
  storage.listFolder(folder, o)

const below = (folder: string, names: readonly string[], matches: (name: string) => boolean) =>
  names.filter(matches).map((name) => (folder === '' ? name : `${folder}/${name}`))

/** Tells which names one segment of a pattern matches. */
export function matcherOf(segment: string): (name: string) => boolean {
  const expression = new RegExp(`^${translated(segment)}$`, 'su')
  return (name) => expression.test(name)
}

function translated(segment: string): string {
  const characters = [...segment]
  let expression = ''
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    if (character === '*') expression += '.*'
    else if (character === '?') expression += '.'
    else if (character === '\\') expression += literal(characters[++at])
    else if (character === '[') {
      const { text, end } = characterClass(characters, at + 1)
      expression += text
      at = end
    } else expression += literal(character)
  }
  return expression
}

/** Reads `^a-z\]]`; `end` is where its closing bracket stands. */
function characterClass(
  characters: readonly string[],
  start: number,
): { readonly text: string; readonly end: number } {
  let at = start
  const isNegated = characters[at] === '^'
  if (isNegated) at++
  let ranges = ''
  const member = () => {
    const character = characters[at++]
    if (character === '\\') return literal(characters[at++])
    if (character === '-' || character === ']') throw badPattern()
    return literal(character)
  }
  while (ranges === '' || characters[at] !== ']') {
    ranges += member()
    if (characters[at] !== '-') continue
    at++
    ranges += `-${member()}`
  }
  return { text: `[${isNegated ? '^' : ''}${ranges}]`, end: at }
}

function literal(character: string | undefined): string {
  if (character === undefined) throw badPattern()
  return /[\^$\\.*+?()[\]{}|/-]/.test(character) ? `\\${character}` : character
}

function badPattern(): WalgError {
  return new WalgError('E_ARGUMENT_INVALID', 'unable to use the pattern: syntax error in pattern')
}
