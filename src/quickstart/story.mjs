// The story: a cluster, its archive, a backup, an accident, and the way back to the second before.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Cluster } from './cluster.mjs'
import { fingerprint, load, transact } from './sample-data.mjs'

const TABLE = 'pgbench_accounts'
const ARCHIVE_MS = 60_000

export async function tellStory(stage) {
  const begin = performance.now()
  const { folder, postgres, user } = stage
  const config = join(folder, 'walg.json')
  const main = new Cluster(stage, 'main', 5432)
  const restored = new Cluster(stage, 'restored', 5433)
  const repository = stage.makeFolder('repository')
  const settings = {
    WALG_FILE_PREFIX: repository,
    PGDATA: main.directory,
    PGHOST: folder,
    PGUSER: 'postgres',
  }
  writeFileSync(config, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o644 })
  const walg = (...args) => stage.run(stage.walg[0], [stage.walg[1], 'pg', ...args, '--config', config])

  say(`PostgreSQL ${postgres.major} of ${postgres.folder}${user ? `, run as ${user.name}` : ''}`)
  say('What you would type follows the $; walg stands for node dist/walg.cjs of this clone.')
  say(`\n   $ cd ${folder}`)
  say(`   $ cat walg.json\n${JSON.stringify(settings, null, 2).replace(/^/gm, '     ')}`)

  await step('Make a cluster', ['initdb -D main'], () => main.initialise())

  await step(
    'Turn on archiving and start it',
    [
      "cat >> main/postgresql.conf <<'END'\n" +
        `archive_mode = on\narchive_command = 'walg pg wal-push "%p" --config ${config}'\nEND`,
      'pg_ctl -D main start',
    ],
    async () => {
      const [node, script] = stage.walg
      main.configure({
        wal_level: 'replica',
        archive_mode: 'on',
        archive_command: `"${node}" "${script}" pg wal-push "%p" --config "${config}"`,
      })
      await main.start()
    },
  )

  await step('Load data', ['pgbench --initialize --scale 3'], async () => `${await load(main)} accounts`)

  await step('Back up while it runs', ['walg pg backup-push main --config walg.json'], async () => {
    await walg('backup-push', main.directory)
  })
  await step('See the backup', ['walg pg backup-list --config walg.json'], () => walg('backup-list'))

  await step('Go on working', ['pgbench --client 4'], async () => {
    await transact(main, 2_000)
    return '2000 transactions'
  })
  const before = await fingerprint(main, TABLE)
  const [{ time }] = await main.query(
    "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' AS time",
  )
  say(`\nIt is ${time}. ${TABLE} has ${before.rows} rows, checksum ${before.md5}.`)
  await pause(1_000)

  await step('A second later: the accident', [`psql -c 'DROP TABLE ${TABLE}'`], async () => {
    await main.query(`DROP TABLE ${TABLE}`)
    await main.query('INSERT INTO pgbench_history VALUES (1, 1, 1, 1, now(), $1)', ['after the accident'])
    await switchWal(stage, main)
  })

  await step(
    'Ask what a restore to that time takes',
    [`walg pg restore restored --to '${time}' --action promote --plan --config walg.json`],
    () => walg('restore', restored.directory, '--to', time, '--action', 'promote', '--plan'),
  )
  await step(
    'Restore into a new directory',
    [`walg pg restore restored --to '${time}' --action promote --config walg.json`],
    () => walg('restore', restored.directory, '--to', time, '--action', 'promote'),
  )
  await step('Start the restored cluster', ["pg_ctl -D restored -o '-p 5433' start"], async () => {
    restored.configure({ archive_mode: 'off' })
    await restored.start()
    await promoted(stage, restored)
  })

  await step(`Prove ${TABLE}`, [`psql -p 5433 -c 'SELECT count(*) FROM ${TABLE}'`], async () => {
    const after = await fingerprint(restored, TABLE)
    requireThat(
      after.rows === before.rows && after.md5 === before.md5,
      `${TABLE} is not what it was before the accident`,
    )
    const [{ later }] = await restored.query(
      "SELECT count(*)::int AS later FROM pgbench_history WHERE filler LIKE 'after the accident%'",
    )
    requireThat(later === 0, 'a row from after that time is there')
    return `${after.rows} rows, checksum ${after.md5}: the same. Nothing from after the accident is there.`
  })

  const seconds = ((performance.now() - begin) / 1000).toFixed(1)
  say(`\nDone in ${seconds} s. The commands are explained in docs/postgresql.md.`)
}

let steps = 0

/** One step: what it is, the commands, what came out, how long it took. */
async function step(title, commands, act) {
  console.log(`\n${++steps}. ${title}`)
  for (const command of commands) console.log(`   $ ${command.replaceAll('\n', '\n   > ')}`)
  const begin = performance.now()
  const output = await act()
  const text = typeof output === 'string' ? output.trimEnd() : ''
  if (text !== '') console.log(text.replace(/^/gm, '     '))
  console.log(`   ${((performance.now() - begin) / 1000).toFixed(1)} s`)
}

function say(text) {
  console.log(text)
}

/** Ends the current WAL segment and waits until it is in the repository. */
async function switchWal(stage, cluster) {
  const [{ segment }] = await cluster.query('SELECT pg_walfile_name(pg_switch_wal()) AS segment')
  await until(stage, `${segment} is archived`, async () => {
    const [{ last_archived_wal: archived }] = await cluster.query(
      'SELECT last_archived_wal FROM pg_stat_archiver',
    )
    return archived !== null && archived >= segment
  })
}

async function promoted(stage, cluster) {
  await until(stage, 'recovery has ended', async () => {
    const [{ recovering }] = await cluster.query('SELECT pg_is_in_recovery() AS recovering')
    return !recovering
  })
}

async function until(stage, what, isSo) {
  const end = performance.now() + ARCHIVE_MS
  while (!(await isSo())) {
    requireThat(performance.now() < end, `waited for a minute, but not so: ${what}`)
    await pause(100, undefined, { signal: stage.signal })
  }
}

function requireThat(isSo, message) {
  if (!isSo) throw new Error(message)
}
