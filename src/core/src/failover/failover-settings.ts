import { defineSettings, type Settings, WalgError } from '@walg/sdk'
import type { AlivenessLimits } from './aliveness.js'

export const aliveSettings = defineSettings({
  WALG_FAILOVER_STORAGES_CHECK: {
    kind: 'bool',
    default: 'true',
    doc: 'Where there are failover storages: keep track of which storages answer, and use only those',
  },
  WALG_FAILOVER_STORAGES_CHECK_TIMEOUT: {
    kind: 'duration',
    default: '30s',
    doc: 'Time in which a storage that is checked has to answer',
  },
  WALG_FAILOVER_STORAGES_CHECK_SIZE: {
    kind: 'bytes',
    default: '1mb',
    doc: 'Size of the object that a check writes, reads not',
  },
  WALG_FAILOVER_STORAGES_CACHE_LIFETIME: {
    kind: 'duration',
    default: '15m',
    doc: 'How long what is known of a storage counts before it is checked again',
  },
  WALG_FAILOVER_STORAGES_CACHE_EMA_ALIVE_LIMIT: {
    kind: 'float',
    default: '0.99',
    doc: 'Part of its work from which on a dead storage is alive again',
  },
  WALG_FAILOVER_STORAGES_CACHE_EMA_DEAD_LIMIT: {
    kind: 'float',
    default: '0.88',
    doc: 'Part of its work below which a storage is dead',
  },
  WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_ALIVE_MAX: {
    kind: 'float',
    default: '0.05',
    doc: 'Weight of a new result of a storage that is nearly dead',
  },
  WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_ALIVE_MIN: {
    kind: 'float',
    default: '0.01',
    doc: 'Weight of a new result of a storage that does everything',
  },
  WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_DEAD_MAX: {
    kind: 'float',
    default: '0.5',
    doc: 'Weight of a new result of a storage that does nothing',
  },
  WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_DEAD_MIN: {
    kind: 'float',
    default: '0.1',
    doc: 'Weight of a new result of a storage that is nearly alive',
  },
})

/** Rejects with `E_SETTING_INVALID` what makes no sense together. */
export function alivenessLimits(settings: Settings): AlivenessLimits {
  const get = (name: keyof typeof aliveSettings & `${string}_EMA_${string}`) => {
    const value = settings.get(aliveSettings, name)
    if (value > 0 && value < 1) return value
    throw invalid(`${name} must be between 0 and 1`)
  }
  const limits = {
    alive: get('WALG_FAILOVER_STORAGES_CACHE_EMA_ALIVE_LIMIT'),
    dead: get('WALG_FAILOVER_STORAGES_CACHE_EMA_DEAD_LIMIT'),
    alphaAlive: {
      min: get('WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_ALIVE_MIN'),
      max: get('WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_ALIVE_MAX'),
    },
    alphaDead: {
      min: get('WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_DEAD_MIN'),
      max: get('WALG_FAILOVER_STORAGES_CACHE_EMA_ALPHA_DEAD_MAX'),
    },
  }
  if (limits.alive < limits.dead) throw invalid('the limit for alive must not be below that for dead')
  for (const { min, max } of [limits.alphaAlive, limits.alphaDead]) {
    if (min > max) throw invalid('the least weight of a result must not be above the greatest')
  }
  return limits
}

function invalid(why: string): WalgError {
  return new WalgError('E_SETTING_INVALID', `unable to use WALG_FAILOVER_STORAGES_CACHE_EMA_…: ${why}`)
}
