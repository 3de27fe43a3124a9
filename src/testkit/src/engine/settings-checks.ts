import assert from 'node:assert/strict'
import type { SettingSpec } from '@walg/sdk'
import { pluginContext } from '../plugin-context.js'
import type { EngineCheck, EngineEnv } from './engine-env.js'

const NAME = /^[A-Z][A-Z0-9_]*$/

function each({ engine }: EngineEnv, check: (name: string, spec: SettingSpec) => void): void {
  for (const [name, spec] of Object.entries(engine.settings)) check(name, spec)
}

export const settingsChecks: readonly EngineCheck[] = [
  {
    name: 'settings have names in upper case, one for one setting',
    async run(env) {
      const seen = new Set<string>()
      each(env, (key, { aliases = [] }) => {
        for (const name of [key, ...aliases]) {
          assert.match(name, NAME, `${name} is no name for a setting`)
          assert.ok(!seen.has(name), `${name} is the name of two settings`)
          seen.add(name)
        }
      })
    },
  },
  {
    name: 'settings are documented in one line',
    async run(env) {
      each(env, (name, { doc }) => {
        assert.ok(typeof doc === 'string' && doc.trim() !== '', `${name} is not documented`)
        assert.ok(!doc.includes('\n'), `the documentation of ${name} has more than one line`)
      })
    },
  },
  {
    name: 'the default of a setting is one of its values',
    async run({ engine }) {
      const { settings } = pluginContext({})
      for (const name of Object.keys(engine.settings)) {
        try {
          settings.get(engine.settings, name)
        } catch (error) {
          assert.fail(`the default of ${name} is refused: ${(error as Error).message}`)
        }
      }
    },
  },
  {
    name: 'a secret has no default',
    async run(env) {
      each(env, (name, spec) => {
        assert.ok(!spec.secret || spec.default === undefined, `the secret ${name} has a default`)
      })
    },
  },
  {
    name: 'an enum has values, and nothing else has',
    async run(env) {
      each(env, (name, { kind, values }) => {
        const count = new Set(values).size
        assert.equal(count, values?.length ?? 0, `${name} has one value twice`)
        assert.equal(count > 0, kind === 'enum', `${name} is of kind ${kind} and has ${count} values`)
      })
    },
  },
]
