import { type CatalogRules, defineEngine, type StoredBackup, WalgError } from '@walg/sdk'

interface DuckSentinel {
  readonly start?: string
  readonly parent?: string
  readonly permanent?: boolean
  readonly log?: readonly [string, string]
  readonly pond?: string
}

/** An engine as somebody outside would write it, for commands that know nothing of it. */
export const duckCatalog: CatalogRules = {
  documents: ['size.json'],
  describeBackup({ name, sentinel, documents }: StoredBackup) {
    if (typeof sentinel !== 'object' || sentinel === null) {
      throw new WalgError('E_BACKUP_INVALID', `unable to read the sentinel of ${name}: it is no duck`)
    }
    const { start, parent, permanent = false, log, pond } = sentinel as DuckSentinel
    const size = documents['size.json'] as { readonly bytes: number } | undefined
    return {
      isPermanent: permanent,
      ...(start !== undefined && { startedAt: new Date(start) }),
      ...(parent !== undefined && { parent }),
      ...(log && { logs: { from: log[0], to: log[1] } }),
      ...(size && { storedBytes: size.bytes }),
      ...(pond !== undefined && { details: { pond } }),
    }
  },
  logsIn(key) {
    const position = /^quack_005\/(\d{8})\.log$/.exec(key)?.[1]
    return position === undefined ? undefined : { from: position, to: position }
  },
}

export const duck = defineEngine({ id: 'duck', settings: {}, operations: {}, catalog: duckCatalog })
