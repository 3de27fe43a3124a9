import type { RetentionBackup } from './retention-catalog.js'

/** Which backup builds on which. Parents need not be in the catalogue, and nonsense such as a circle does no harm. */
export class BackupChains {
  readonly #parents = new Map<string, readonly string[]>()
  readonly #children = new Map<string, string[]>()

  constructor(backups: readonly RetentionBackup[]) {
    for (const { name, parents } of backups) {
      this.#parents.set(name, parents)
      for (const parent of parents) {
        const children = this.#children.get(parent)
        if (children) children.push(name)
        else this.#children.set(parent, [name])
      }
    }
  }

  parentsOf(name: string): readonly string[] {
    return this.#parents.get(name) ?? []
  }

  /** The backup itself, and every one that directly or indirectly builds on it. */
  withDescendants(name: string): ReadonlySet<string> {
    const found = new Set([name])
    for (const one of found) for (const child of this.#children.get(one) ?? []) found.add(child)
    return found
  }

  /** The backup itself, and all that it builds on. */
  withAncestors(name: string): ReadonlySet<string> {
    const found = new Set([name])
    for (const one of found) for (const parent of this.parentsOf(one)) found.add(parent)
    return found
  }

  /** Groups backups so that one comes in an earlier group than what it builds on; within a group the given order stays. */
  childrenFirst(names: readonly string[]): readonly (readonly string[])[] {
    const wanted = new Set(names)
    const waitingFor = new Map<string, number>()
    for (const name of names) {
      const children = (this.#children.get(name) ?? []).filter((child) => wanted.has(child) && child !== name)
      waitingFor.set(name, children.length)
    }
    const groups: string[][] = []
    let group = names.filter((name) => waitingFor.get(name) === 0)
    while (group.length > 0) {
      groups.push(group)
      const next: string[] = []
      for (const name of group) {
        waitingFor.delete(name)
        for (const parent of this.parentsOf(name)) {
          const left = (waitingFor.get(parent) ?? 0) - 1
          if (waitingFor.has(parent)) waitingFor.set(parent, left)
          if (left === 0) next.push(parent)
        }
      }
      group = next
    }
    // What builds on itself in a circle cannot be restored anyway.
    if (waitingFor.size > 0) groups.push([...waitingFor.keys()])
    return groups
  }
}
