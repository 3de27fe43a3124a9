// One PostgreSQL cluster. It listens on a socket in the stage's folder only.
import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

const START_SECONDS = '60'

export class Cluster {
  #stage
  #clients = []

  constructor(stage, name, port) {
    this.#stage = stage
    this.name = name
    this.port = port
    this.directory = join(stage.folder, name)
    this.logFile = join(stage.folder, `${name}.log`)
    stage.own(this)
  }

  async initialise() {
    const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-k']
    await this.#program('initdb', ['-D', this.directory, ...options])
  }

  configure(settings) {
    const lines = Object.entries({
      listen_addresses: '',
      port: String(this.port),
      unix_socket_directories: this.#stage.folder,
      ...settings,
    }).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    appendFileSync(join(this.directory, 'postgresql.conf'), lines.join(''))
  }

  async start() {
    await this.#program('pg_ctl', [
      '-D',
      this.directory,
      '-w',
      '-t',
      START_SECONDS,
      '-l',
      this.logFile,
      'start',
    ])
  }

  async query(sql, values = []) {
    this.#stage.signal.throwIfAborted()
    const client = await this.connect()
    try {
      return (await client.query(sql, values)).rows
    } finally {
      await this.disconnect(client)
    }
  }

  async connect() {
    const client = new pg.Client({
      host: this.#stage.folder,
      port: this.port,
      user: 'postgres',
      database: 'postgres',
    })
    // The server may be stopped under it, when everything is put away.
    client.on('error', () => {})
    await client.connect()
    this.#clients.push(client)
    return client
  }

  async disconnect(client) {
    this.#clients = this.#clients.filter((other) => other !== client)
    await client.end()
  }

  /** Does not wait for anybody, and says nothing when the server is not up. */
  stopNow() {
    spawnSync(
      join(this.#stage.postgres.folder, 'pg_ctl'),
      ['-D', this.directory, '-m', 'immediate', '-w', 'stop'],
      {
        ...this.#stage.identity(),
        cwd: this.#stage.folder,
        stdio: 'ignore',
      },
    )
  }

  async #program(name, args) {
    await this.#stage.run(join(this.#stage.postgres.folder, name), args)
  }
}
