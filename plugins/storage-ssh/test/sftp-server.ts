import fs from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import ssh2, { type AuthContext, type Connection, type SFTPWrapper } from 'ssh2'
import { onTestFinished } from 'vitest'

const { STATUS_CODE } = ssh2.utils.sftp

export interface TestServerOptions {
  /** Accepts or rejects; default: accepts the password `right`. */
  readonly authenticate?: (context: AuthContext) => void
  /** Folder that is the server's root. */
  readonly root: string
  readonly hasSftp?: boolean
  /** Called before each request; true answers nothing, ever. */
  readonly swallows?: (request: string) => boolean
}

export interface TestServer {
  readonly port: number
  /** As in known_hosts: type and key. */
  readonly hostKey: string
}

const hostKeys = ssh2.utils.generateKeyPairSync('ed25519')

/** A small SFTP server of version 3, without any extension: what is not OpenSSH. It ends with the test. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const connections = new Set<Connection>()
  const server = new ssh2.Server({ hostKeys: [hostKeys.private] }, (connection) => {
    connections.add(connection)
    connection.on('error', () => undefined)
    // Its type does not know it; without it each answer waits for the one before to be acknowledged.
    ;(connection as unknown as { setNoDelay(isOn: boolean): void }).setNoDelay(true)
    connection.on('authentication', options.authenticate ?? acceptRightPassword)
    connection.on('ready', () => {
      connection.on('session', (accept) => {
        const session = accept()
        if (options.hasSftp !== false) session.on('sftp', (begin) => serve(begin(), options))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const connection of connections) connection.end()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, hostKey: hostKeys.public }
}

function acceptRightPassword(context: AuthContext): void {
  if (context.method === 'password' && context.password === 'right') context.accept()
  else context.reject(['password'])
}

function serve(sftp: SFTPWrapper, { root, swallows }: TestServerOptions): void {
  const handles = new Map<string, number | string[]>()
  let count = 0
  const place = (path: string) => join(root, path)
  const handleFor = (what: number | string[]) => {
    const name = String(++count)
    handles.set(name, what)
    return Buffer.from(name)
  }
  const file = (handle: Buffer) => handles.get(handle.toString()) as number
  const answer = (request: string, id: number, run: () => void) => {
    if (swallows?.(request)) return
    try {
      run()
    } catch (error) {
      sftp.status(id, statusOf(error))
    }
  }
  const done = (request: string, id: number, run: () => void) =>
    answer(request, id, () => {
      run()
      sftp.status(id, STATUS_CODE.OK)
    })

  sftp.on('OPEN', (id, path, flags) =>
    answer('OPEN', id, () => sftp.handle(id, handleFor(fs.openSync(place(path), systemFlags(flags))))),
  )
  sftp.on('CLOSE', (id, handle) =>
    done('CLOSE', id, () => {
      const what = handles.get(handle.toString())
      handles.delete(handle.toString())
      if (typeof what === 'number') fs.closeSync(what)
    }),
  )
  sftp.on('READ', (id, handle, offset, length) =>
    answer('READ', id, () => {
      // Less than was asked for, as servers may.
      const bytes = Buffer.alloc(Math.min(length, 20_000))
      const read = fs.readSync(file(handle), bytes, 0, bytes.length, offset)
      if (read === 0) sftp.status(id, STATUS_CODE.EOF)
      else sftp.data(id, bytes.subarray(0, read))
    }),
  )
  sftp.on('WRITE', (id, handle, offset, data) =>
    done('WRITE', id, () => fs.writeSync(file(handle), data, 0, data.length, offset)),
  )
  sftp.on('FSTAT', (id, handle) =>
    answer('FSTAT', id, () => sftp.attrs(id, attributes(fs.fstatSync(file(handle))))),
  )
  sftp.on('STAT', (id, path) =>
    answer('STAT', id, () => sftp.attrs(id, attributes(fs.statSync(place(path))))),
  )
  sftp.on('OPENDIR', (id, path) =>
    answer('OPENDIR', id, () => {
      const names = fs.readdirSync(place(path))
      sftp.handle(id, handleFor(names.map((name) => join(path, name))))
    }),
  )
  sftp.on('READDIR', (id, handle) =>
    answer('READDIR', id, () => {
      const names = (handles.get(handle.toString()) as string[]).splice(0, 50)
      if (names.length === 0) return sftp.status(id, STATUS_CODE.EOF)
      const entries = names.map((path) => ({
        filename: path.slice(path.lastIndexOf('/') + 1),
        longname: path,
        attrs: attributes(fs.lstatSync(place(path))),
      }))
      sftp.name(id, entries)
    }),
  )
  sftp.on('REMOVE', (id, path) => done('REMOVE', id, () => fs.unlinkSync(place(path))))
  sftp.on('MKDIR', (id, path) => done('MKDIR', id, () => fs.mkdirSync(place(path))))
  sftp.on('RMDIR', (id, path) => done('RMDIR', id, () => fs.rmdirSync(place(path))))
  sftp.on('RENAME', (id, from, to) =>
    done('RENAME', id, () => {
      // As the protocol has it: a name that is in use is not given again.
      fs.linkSync(place(from), place(to))
      fs.unlinkSync(place(from))
    }),
  )
}

function systemFlags(flags: number): string {
  if ((flags & 0x20) !== 0) return 'wx'
  return (flags & 0x02) !== 0 ? 'r+' : 'r'
}

function attributes(stats: fs.Stats) {
  const { mode, uid, gid, size } = stats
  return { mode, uid, gid, size, atime: stats.atimeMs / 1000, mtime: Math.floor(stats.mtimeMs / 1000) }
}

function statusOf(error: unknown): number {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return STATUS_CODE.NO_SUCH_FILE
  if (code === 'EACCES' || code === 'EPERM') return STATUS_CODE.PERMISSION_DENIED
  return STATUS_CODE.FAILURE
}
