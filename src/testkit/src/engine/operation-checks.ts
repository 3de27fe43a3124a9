import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { GLOBAL_FLAGS } from '@walg/core'
import type { Operation } from '@walg/sdk'
import type { EngineCheck, EngineEnv } from './engine-env.js'

const ID = /^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)*$/
const FLAG = /^[a-z][a-z0-9-]*$/
const ARGUMENT = /^[a-z][a-z0-9_]*$/
const CHAR = /^[A-Za-z0-9]$/
const KINDS = ['bool', 'string', 'int', 'strings', 'duration']
/** What a test runner still has to say about the check before. */
const SILENCE_MS = 20

async function operationsOf({ engine }: EngineEnv): Promise<readonly (readonly [string, Operation])[]> {
  const operations: [string, Operation][] = []
  for (const [id, load] of Object.entries(engine.operations)) operations.push([id, await load()])
  return operations
}

function requireSummary(summary: unknown, what: string): void {
  assert.ok(typeof summary === 'string' && summary.trim() !== '', `${what} has no summary`)
  assert.ok(!summary.includes('\n'), `the summary of ${what} has more than one line`)
  assert.ok(!summary.endsWith('.'), `the summary of ${what} ends with a full stop`)
}

/** Texts that were written to stdout while something was done. They still go there. */
async function writtenDuring(run: () => Promise<unknown>): Promise<string> {
  await sleep(SILENCE_MS)
  const write = process.stdout.write
  let written = ''
  process.stdout.write = function (this: NodeJS.WriteStream, ...args: unknown[]) {
    // Test runners report in binary, or from elsewhere.
    if (typeof args[0] === 'string') written += args[0]
    return Reflect.apply(write, this, args)
  } as typeof write
  try {
    await run()
  } finally {
    process.stdout.write = write
  }
  return written
}

export const operationChecks: readonly EngineCheck[] = [
  {
    // The first of all: a module is loaded once.
    name: 'operations load, and write nothing to stdout when they do',
    async run(env) {
      const written = await writtenDuring(() => operationsOf(env))

      assert.equal(written, '', `loading the operations wrote ${JSON.stringify(written)}`)
      for (const [id, operation] of await operationsOf(env))
        assert.equal(typeof operation?.run, 'function', `${id} cannot be run`)
    },
  },
  {
    name: 'the id of an operation is its key, in lower case words',
    async run(env) {
      for (const [key, { id }] of await operationsOf(env)) {
        assert.equal(id, key, `the operation ${key} calls itself ${id}`)
        assert.match(key, ID, `${key} is no id for an operation`)
      }
    },
  },
  {
    name: 'the summary of an operation is one line that begins with a capital, without a full stop',
    async run(env) {
      for (const [id, { summary }] of await operationsOf(env)) {
        requireSummary(summary, id)
        assert.match(summary, /^\p{Lu}/u, `the summary of ${id} does not begin with a capital`)
      }
    },
  },
  {
    name: 'arguments have names of their own, and optional ones come last',
    async run(env) {
      for (const [id, { args }] of await operationsOf(env)) {
        const names = args.map(({ name }) => name)
        assert.equal(new Set(names).size, names.length, `${id} has two arguments of one name`)
        for (const { name, summary } of args) {
          assert.match(name, ARGUMENT, `${id}: ${name} is no name for an argument`)
          requireSummary(summary, `${id} ${name}`)
        }
        const firstOptional = args.findIndex(({ required }) => !required)
        const isLast = firstOptional < 0 || args.slice(firstOptional).every(({ required }) => !required)
        assert.ok(isLast, `${id}: a required argument comes after an optional one`)
      }
    },
  },
  {
    name: 'flags have names and letters of their own, also beside those that every command has',
    async run(env) {
      for (const [id, { flags }] of await operationsOf(env)) {
        const letters = Object.values(flags).flatMap(({ char }) => char ?? [])
        assert.equal(new Set(letters).size, letters.length, `${id} has two flags of one letter`)
        for (const letter of letters) assert.match(letter, CHAR, `${id}: ${letter} is no letter for a flag`)
        for (const name of Object.keys(flags)) {
          assert.match(name, FLAG, `${id}: ${name} is no name for a flag`)
          const isTaken = name in GLOBAL_FLAGS || name === 'help'
          assert.ok(!isTaken, `${id}: every command has a flag --${name} already`)
        }
      }
    },
  },
  {
    name: 'flags say what they are: a kind, a summary, and values only for texts',
    async run(env) {
      for (const [id, { flags }] of await operationsOf(env)) {
        for (const [name, { kind, summary, values }] of Object.entries(flags)) {
          assert.ok(KINDS.includes(kind), `${id} --${name}: ${kind} is no kind of flag`)
          requireSummary(summary, `${id} --${name}`)
          const hasValues = values === undefined || (kind === 'string' && values.length > 0)
          assert.ok(hasValues, `${id} --${name}: values are for a string, and there must be some`)
        }
      }
    },
  },
]
