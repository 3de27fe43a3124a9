import { readFileSync } from 'node:fs'

/** A user and group of the system by number. */
export interface SystemUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Users that may run a server for us, the best first; `nobody` is everywhere. */
const CANDIDATES = ['postgres', 'nobody']

/** Whom servers run as: nobody else when we are an ordinary user, an unprivileged user when we are root. */
export function unprivilegedUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = systemUsers()
  for (const name of CANDIDATES) {
    const user = users.find((candidate) => candidate.name === name && candidate.uid !== 0)
    if (user) return user
  }
  throw new Error(`no unprivileged user to run servers as: none of ${CANDIDATES.join(', ')} exists`)
}

function systemUsers(): readonly SystemUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
}
