import { readFileSync } from 'node:fs'

/** Names of users and groups by their numbers, as the files of this machine have them; read once. */
export class OwnerNames {
  readonly #users = namesIn('/etc/passwd')
  readonly #groups = namesIn('/etc/group')

  /** Empty for a number without a name. */
  user(uid: number): string {
    return this.#users.get(uid) ?? ''
  }

  group(gid: number): string {
    return this.#groups.get(gid) ?? ''
  }
}

/** Both files have the name in the first and the number in the third field. */
function namesIn(path: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return names
  }
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':')
    if (name && number !== undefined && !names.has(Number(number))) names.set(Number(number), name)
  }
  return names
}
