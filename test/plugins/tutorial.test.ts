import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root, textOf } from '../guards/repository.js'
import { describeWith } from '../support/describe-with.js'
import { startNpmRegistry } from '../support/npm-registry.js'
import { lacksPostgres, postgresBinaries } from '../support/postgres-binaries.js'
import { giveTo } from '../support/postgres-server.js'
import { distFolder, lacksSharedProgram } from '../support/run-walg.js'
import { unprivilegedUser } from '../support/unprivileged-user.js'
import { tutorialScript } from './tutorial-script.js'

test('the script of a tutorial holds its commands and writes its files, and nothing else', () => {
  const text = 'Say:\n\n```sh\necho 1\n```\n\n`a/b.ts`:\n\n```ts\nlet x\n```\n\nOut:\n\n```\n1\n```\n'

  expect(tutorialScript(text)).toBe(
    "set -euo pipefail\necho 1\ncat > 'a/b.ts' <<'END_OF_TUTORIAL_FILE'\nlet x\nEND_OF_TUTORIAL_FILE\n",
  )
})

/** How this machine reaches its packages, certificates and proxies among it; nothing of the npm that runs this test. */
function surroundings(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))
}

function lacksPsql(): string | undefined {
  const folder = postgresBinaries(15)
  try {
    execFileSync('psql', ['--version'], {
      env: { PATH: `${folder}:${process.env['PATH']}` },
      stdio: 'ignore',
    })
    return undefined
  } catch {
    return 'no psql on this machine'
  }
}

describeWith('docs/plugins/tutorial.md', lacksPostgres(15) ?? lacksPsql() ?? lacksSharedProgram(), () => {
  test('leads from an empty folder to a restored database, command by command', async () => {
    const user = unprivilegedUser()
    const folder = mkdtempSync(join(tmpdir(), 'walg-tutorial-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    // What the packages of walg and a new plugin depend on comes from where this machine gets its packages.
    const uplink = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim()
    await using registry = await startNpmRegistry({ uplink })
    for (const path of ['src/sdk', 'src/core', 'src/testkit']) registry.publish(join(root, path))
    const bin = join(folder, 'bin')
    const here = join(folder, 'here')
    for (const path of [bin, here]) mkdirSync(path)
    writeFileSync(
      join(bin, 'walg'),
      `#!/bin/sh\nexec '${process.execPath}' '${distFolder}/walg.cjs' "$@"\n`,
      { mode: 0o755 },
    )
    writeFileSync(join(folder, 'tutorial.sh'), tutorialScript(textOf('docs/plugins/tutorial.md')))
    writeFileSync(join(folder, '.npmrc'), `registry=${registry.url}\n`)
    for (const path of [folder, bin, here]) giveTo(user, path)

    const began = Date.now()
    const child = spawn('bash', [join(folder, 'tutorial.sh')], {
      cwd: here,
      env: {
        ...surroundings(),
        HOME: folder,
        PATH: [bin, postgresBinaries(15), process.env['PATH']].join(':'),
        npm_config_registry: registry.url,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that servers end with it which it leaves behind when it fails.
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    })
    let stdout = ''
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (stream === child.stdout) stdout += text
        output += text
      })
    }
    const code = await new Promise((resolve) => child.on('exit', resolve))
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // Nothing was left behind.
    }
    expect({
      code,
      output:
        code === 0
          ? ''
          : output
              .split('\n')
              .filter((line) => !/^( *# Subtest|ok | +(---|\.\.\.|duration_ms| *ok ))/.test(line))
              .join('\n')
              .slice(-6000),
    }).toEqual({ code: 0, output: '' })
    console.log(`the tutorial took ${((Date.now() - began) / 1000).toFixed(1)} seconds`)

    expect(stdout).toMatch(/# fail 0/)
    expect(stdout).toMatch(/walg-storage-http +0\.1\.0 +installed +1 +storage http/)
    expect(stdout).toMatch(/1001 \| after the backup/)
  })
})
